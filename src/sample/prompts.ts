// What a model is asked: the prompt sets, and one problem put into the words of one of them.
//
// The set 'skylab' has system prompts in our own words, with the report's requirements and markers;
// the instruction lines that must match byte for byte stand in instructions.ts. The originals are the
// set 'sky-t1', read from a file that the user names: sky-t1.ts.
import { hash } from 'node:crypto'
import type { Problem } from '../rows.js'
import { Stopped } from '../stopped.js'
import { canonical } from '../workspace/index.js'
import * as lines from './instructions.js'

/** A problem in words: the question itself, and what a prompt set puts before and after it. */
export interface Instruction {
  before: string
  question: string
  after: string
}

export interface PromptSet {
  name: 'skylab' | 'sky-t1' | 'own'
  /** System prompt of the teacher that is sampled; null: none. */
  teacher: string | null
  /** System prompt of the training rows, and of the student when it is scored. */
  student: string
  instruct(problem: Problem): Instruction
}

/** A prompt as it is sent. */
export interface Prompt {
  system: string | null
  user: string
  /** First 16 hex digits of the sha256 of system prompt and instruction, without the question. */
  hash: string
}

/** Which prompts: our own, or a set that was read from a file. */
export type Prompts = 'skylab' | PromptSet

const teacher =
  'You solve hard problems with care. Think step by step: try an idea, check it, go back where it fails, and answer only when you are sure.'

const student = [
  'You think a question through at length before you commit to an answer. Your reply has two sections, Thought and Solution.',
  '',
  'Write your thinking between <|begin_of_thought|> and <|end_of_thought|>, as steps with blank lines between them. A step may take the question apart, sum up what is known so far, try an idea, verify a result, find a mistake and mend it, or return to an earlier step and go another way.',
  '',
  'Then write the solution between <|begin_of_solution|> and <|end_of_solution|>. It gives the answer that the thinking arrived at, with the steps that a reader needs to follow it: correct, precise and brief.',
  '',
  'Answer the following question in this way:',
].join('\n')

/** Our own prompts. */
export const skylabPrompts: PromptSet = { name: 'skylab', teacher, student, instruct }

/**
 * One problem as it is sent.
 *
 * @param system Replaces the set's system prompt; null sends none. @default the set's teacher prompt
 * @throws Stopped('bad-data') for a problem without a question, or a choice without its options.
 */
export function promptFor(problem: Problem, prompts: Prompts = 'skylab', system?: string | null): Prompt {
  const set = promptSet(prompts)
  if (typeof problem?.prompt !== 'string' || problem.prompt.trim() === '')
    throw new Stopped(
      'bad-data',
      `Problem ${JSON.stringify(problem?.id ?? null)} has no question: its prompt is ${JSON.stringify(problem?.prompt ?? null)}.`,
      'rows.filter((row) => row.prompt)',
    )
  const { before, question, after } = set.instruct(problem)
  const said = system === undefined ? set.teacher : system
  return { system: said, user: before + question + after, hash: hashOf(said, before, after) }
}

let last = { system: null as string | null, before: '', after: '', hash: '' }

/** Rows of one kind come one behind the other, with the same words around their questions. */
function hashOf(system: string | null, before: string, after: string): string {
  if (last.hash === '' || last.system !== system || last.before !== before || last.after !== after)
    last = { system, before, after, hash: hash('sha256', canonical({ system, before, after }), 'hex').slice(0, 16) }
  return last.hash
}

/** The system prompt of training rows, and of the student when it is scored. */
export function studentSystem(prompts: Prompts = 'skylab'): string {
  return promptSet(prompts).student
}

/** The set behind a name. @throws Stopped('bad-call') for a name that is none. */
export function promptSet(prompts: Prompts): PromptSet {
  if (prompts === 'skylab') return skylabPrompts
  if (typeof prompts === 'object' && prompts !== null && typeof prompts.instruct === 'function')
    return prompts === skylabPrompts || prompts.name === 'sky-t1' ? prompts : { ...prompts, instruct: checked(prompts) }
  throw new Stopped(
    'bad-call',
    `There is no prompt set ${JSON.stringify(prompts)}.`,
    "prompts: 'skylab', prompts: await skyT1Prompts('Sky-T1_data_17k.json') for the report's own, or yours: { name: 'own', teacher: 'Think.', student: 'Think.', instruct: (problem) => ({ before: 'Answer in \\\\boxed{}. ', question: problem.prompt, after: '' }) }",
  )
}

/** What a set of the user's own gives, looked at before it is sent. */
function checked(prompts: PromptSet): PromptSet['instruct'] {
  return (problem) => {
    const made: unknown = prompts.instruct(problem)
    const parts = made as Record<keyof Instruction, unknown> | null
    if (
      typeof parts === 'object' &&
      [parts?.before, parts?.question, parts?.after].every((part) => typeof part === 'string')
    )
      return made as Instruction
    throw new Stopped(
      'bad-call',
      `instruct(problem) of your prompts gave ${JSON.stringify(made)}; it gives three texts that are sent one after the other.`,
      "instruct: (problem) => ({ before: 'Answer in \\\\boxed{}. ', question: problem.prompt, after: '' })",
    )
  }
}

function instruct(problem: Problem): Instruction {
  if (problem.kind === 'choice') return { before: choiceLine(problem), question: options(problem), after: '' }
  if (problem.kind === 'math') return { before: lines.boxed, question: problem.prompt, after: '' }
  const question = problem.starter ? `${problem.prompt}\n${problem.starter}` : problem.prompt
  return { before: `${codeLine(problem)} `, question, after: functionName(problem) }
}

/** The question with its options, lettered and joined as GPQA's handler does. */
export function options(problem: Problem): string {
  const choices = problem.choices ?? []
  if (choices.length === 0) return problem.prompt
  return `${problem.prompt}\n${choices.map((text, i) => `${letter(i)}) ${text}`).join(', ')}`
}

function choiceLine(problem: Problem): string {
  const n = problem.choices?.length ?? 4
  if (n === 4) return lines.choice
  const letters = Array.from({ length: n }, (_, i) => letter(i))
  const listed = letters.length < 3 ? letters.join(' or ') : `${letters.slice(0, -1).join(', ')}, or ${letters.at(-1)}`
  return lines.choice.replace('A, B, C, or D', listed)
}

function letter(i: number): string {
  return String.fromCharCode(65 + i)
}

/** Whether a program is called by its tests, or reads standard input. */
export function isCallBased(problem: Problem): boolean {
  const test = problem.tests?.[0]
  return test ? !('stdin' in test) : Boolean(problem.starter)
}

function codeLine(problem: Problem): string {
  if (problem.language === 'javascript' || problem.language === 'typescript') {
    const language = problem.language === 'javascript' ? 'JavaScript' : 'TypeScript'
    return isCallBased(problem)
      ? `Write a ${language} function that solves the problem below. Define it at the top level under the name that is asked for, do not call it, and read or print nothing. End with one code block that holds the whole program.`
      : `Write a ${language} program for Node.js that solves the problem below. It reads all of standard input with require('fs').readFileSync(0, 'utf8') and prints the output with console.log. End with one code block that holds the whole program.`
  }
  return isCallBased(problem) ? lines.callBased : lines.stdin
}

/** The tests call a function by name: where neither question nor starter code says it, the prompt must. */
function functionName(problem: Problem): string {
  const test = problem.tests?.[0]
  if (!test || !('fn' in test) || problem.starter?.includes(test.fn) || problem.prompt.includes(test.fn)) return ''
  return `\nThe function is called \`${test.fn}\`.`
}
