// The prompt set of one benchmark for one model: the set that was chosen, in the form that both want.

import type { Problem } from '../rows.js'
import { type Instruction, type PromptSet, type Prompts, skylabPrompts } from '../sample/index.js'
import { Stopped } from '../stopped.js'
import type { Bench } from './bench.js'
import type { Preset, PromptForm } from './presets.js'

/** How `sample` is to ask the problems of a benchmark. */
export function promptsFor(bench: Bench, preset: Preset, prompts: Prompts): PromptSet {
  const base = prompts === 'skylab' ? skylabPrompts : prompts
  const { student } = base
  const teacher = preset.system === 'student' ? student : preset.system === 'teacher' ? base.teacher : null
  const { prompt } = bench
  if (typeof prompt === 'function')
    return { name: 'own', teacher, student, instruct: (problem) => ownWords(bench.name, problem, prompt(problem)) }
  const form = prompt ?? preset.form?.(bench.name) ?? 'prefix'
  return { name: base.name, teacher, student, instruct: (problem) => placed(base.instruct(problem), problem, form) }
}

function placed(instruction: Instruction, problem: Problem, form: PromptForm): Instruction {
  if (form === 'prefix') return instruction
  if (form === 'bare') return { before: '', question: problem.prompt, after: '' }
  // Only mathematics has been asked with its instruction after the question; "\nReturn your final response within
  // \boxed{}", without the full stop and the space that part it from a question.
  if (problem.kind !== 'math') return instruction
  const line = instruction.before.trim().replace(/\.$/, '')
  return { before: '', question: instruction.question, after: `${line && `\n${line}`}${instruction.after}` }
}

/** A user's own words. The question is taken out of them, so that the hash of the prompt is that of the instruction. */
function ownWords(bench: string, problem: Problem, text: unknown): Instruction {
  if (typeof text !== 'string' || text.trim() === '')
    throw new Stopped(
      'bad-call',
      `The prompt of ${bench} gave ${JSON.stringify(text) ?? 'nothing'} for problem ${problem.id}; it gives the user's turn as text.`,
      `bench({ name: '${bench}', prompt: (problem) => problem.prompt, … })`,
    )
  const place = text.indexOf(problem.prompt)
  if (place < 0) return { before: text, question: '', after: '' }
  return { before: text.slice(0, place), question: problem.prompt, after: text.slice(place + problem.prompt.length) }
}
