// What a model is asked that rewrites a trace: our own words for the requirements of the original's reformat prompt.
// The original's own are the prompts 'sky-t1', read from a checkout that the user names: sky-t1.ts.
import { createHash } from 'node:crypto'
import type { Problem } from '../rows.js'
import { BEGIN_SOLUTION, BEGIN_THOUGHT, END_SOLUTION, END_THOUGHT } from './markers.js'

export interface Message {
  role: 'system' | 'user'
  content: string
}

/** How a model is asked for a rewrite. */
export interface ReformatPrompts {
  name: 'skylab' | 'sky-t1'
  /** First 16 hex digits of the sha256 of its words, without the trace. */
  hash: string
  /** Whether it asks for the thought's markers under their other name, `slow_thought`. @default false */
  slow?: boolean
  messages(trace: string, problem: Pick<Problem, 'kind'>): Message[]
}

const SYSTEM = 'You arrange worked solutions in two marked sections without changing what they say.'

const SOLUTION: Record<Problem['kind'], string> = {
  math: 'End the solution with the final answer in \\boxed{}, exactly as the text gives it.',
  choice: 'End the solution with the letter of the chosen option in \\boxed{}, exactly as the text gives it.',
  code: 'The solution holds exactly one fenced code block: the complete final program of the text. No second block, no example of use.',
}

/**
 * The messages that ask for one rewrite. Requirements: the four markers; the thought a word for word copy of the whole
 * text; one solution, for a coding problem with exactly one code block. Only the trace is sent, not the question, as in
 * the original.
 */
export function reformatMessages(text: string, problem: Pick<Problem, 'kind'>): Message[] {
  const content = `Below, between two lines of equals signs, is a text in which somebody thinks a problem through. Write it again in two sections.

Section one, the thought: copy the whole text word for word, in its order, with its detours, doubts and corrections. Leave nothing out, add nothing, mend nothing.
Section two, the solution: from what the text ends up with, write one clear and correct solution with the steps that are needed to follow it. Give one solution only. ${SOLUTION[problem.kind]}

Write the four markers literally, each once and each on its own line, and nothing before the first or after the last:

${BEGIN_THOUGHT}
(the copy)
${END_THOUGHT}
${BEGIN_SOLUTION}
(the solution)
${END_SOLUTION}

==========
${text}
==========`
  return [
    { role: 'system', content: SYSTEM },
    { role: 'user', content },
  ]
}

/** Our own prompts. */
export const skylabReformat: ReformatPrompts = {
  name: 'skylab',
  get hash() {
    const words = (['math', 'choice', 'code'] as const).flatMap((kind) => reformatMessages('', { kind }))
    return createHash('sha256')
      .update(words.map(({ content }) => content).join('\n'))
      .digest('hex')
      .slice(0, 16)
  },
  messages: reformatMessages,
}
