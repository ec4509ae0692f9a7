// The report's own prompts, which we do not reprint: read from a file that the user has.
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { Problem } from '../rows.js'
import { Stopped } from '../stopped.js'
import * as lines from './instructions.js'
import { type Instruction, isCallBased, options, type PromptSet } from './prompts.js'

/** A row's system prompt stands at its beginning: this much of a file is enough to find the first one. */
const ENOUGH = 64 << 10

/**
 * The prompt set 'sky-t1': the system prompt of the released training rows, and the instruction lines
 * as they were when the data was made.
 *
 * @param file A file of NovaSky-AI/Sky-T1_data_17k, or any JSON or JSON Lines file with one of its rows.
 * @param teacher System prompt of the teacher; the report sampled QwQ with the one of its chat template. @default null
 * @throws Stopped('no-file') where there is none, Stopped('bad-data') where the system prompt is not the
 *   released one: its sha256 must begin with c5ae4aa0b0d6fcad.
 */
export async function skyT1Prompts(file: string, teacher: string | null = null): Promise<PromptSet> {
  const student = await firstSystem(file)
  const hash = createHash('sha256').update(student).digest('hex').slice(0, 16)
  if (hash !== lines.studentSystemHash)
    throw new Stopped(
      'bad-data',
      `The system prompt in ${file} is not the released one: its sha256 begins with ${hash}, not with ${lines.studentSystemHash}.`,
      "Name a file of NovaSky-AI/Sky-T1_data_17k, or use our own: prompts: 'skylab'",
    )
  return { name: 'sky-t1', teacher, student, instruct }
}

async function firstSystem(file: string): Promise<string> {
  const handle = await open(file).catch((error) => {
    throw new Stopped(
      'no-file',
      `There is no file ${file} (${error.code}).`,
      'hf download NovaSky-AI/Sky-T1_data_17k --repo-type dataset --local-dir .',
      error,
    )
  })
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(ENOUGH), 0, ENOUGH, 0)
    const found = /"system"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(buffer.toString('utf8', 0, bytesRead))
    if (!found)
      throw new Stopped(
        'bad-data',
        `The first row of ${file} has no field "system".`,
        "Name a file of NovaSky-AI/Sky-T1_data_17k, or use our own: prompts: 'skylab'",
      )
    return JSON.parse(found[1]!) as string
  } finally {
    await handle.close()
  }
}

function instruct(problem: Problem): Instruction {
  if (problem.kind === 'choice') return { before: lines.choiceReleased, question: options(problem), after: '' }
  // The science and riddle portion came from STILL-2, whose user turn is the bare question.
  if (problem.kind === 'math' && problem.domain === 'science')
    return { before: '', question: problem.prompt, after: '' }
  if (problem.kind === 'math') return { before: lines.boxedReleased, question: problem.prompt, after: '' }
  if (problem.language !== undefined && problem.language !== 'python')
    throw new Stopped(
      'bad-call',
      `The prompt set 'sky-t1' has no words for ${problem.language} (problem ${problem.id}): the report knows Python only.`,
      "prompts: 'skylab'",
    )
  if (problem.source.startsWith('taco')) {
    const form = isCallBased(problem) ? lines.taco.callBased : lines.taco.stdin
    return {
      before: lines.taco.before,
      question: problem.prompt + (problem.starter ?? ''),
      after: form + lines.taco.after,
    }
  }
  const line = isCallBased(problem) ? lines.callBased : lines.stdin
  // The starter code follows on a line of its own, and the line is there even when it is empty.
  return { before: line, question: `${problem.prompt}\n${problem.starter ?? ''}`, after: '' }
}
