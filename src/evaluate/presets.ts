// How models want to be asked: what stands before the question, and how it is sampled.

import { nearest } from '../nearest.js'
import { Stopped } from '../stopped.js'

/** Where the instruction of a question stands: before it, after it, or nowhere. */
export type PromptForm = 'prefix' | 'suffix' | 'bare'

export interface Preset {
  name: string
  /** 'teacher' and 'student' are those of the prompt set; null sends none. A system prompt of the Model wins. */
  system: 'teacher' | 'student' | null
  /** Where the instruction stands on a benchmark. @default 'prefix' */
  form?: (bench: string) => PromptForm
  /** In place of the benchmark's temperature; null leaves it to the server. */
  temperature?: number | null
}

/**
 * - `sky-t1`: students of the recipe. The student's system prompt, without which they do not show their thoughts
 *   (SkyThought issue 37), and the instruction after the question on AIME, as SkyThought's harness has it since
 *   17 January 2025.
 * - `qwen`: Qwen's and QwQ. The system prompt of the teacher, as in the report's evaluation; the instruction first.
 * - `openai-reasoning`: o1, o3, o4. No system prompt and the server's temperature: they take no other.
 * - `plain`: every other model. As `qwen`.
 */
export const presets = {
  'sky-t1': {
    name: 'sky-t1',
    system: 'student',
    form: (bench) => (/^aime/i.test(bench) ? 'suffix' : 'prefix'),
  },
  qwen: { name: 'qwen', system: 'teacher' },
  'openai-reasoning': { name: 'openai-reasoning', system: null, temperature: null },
  plain: { name: 'plain', system: 'teacher' },
} as const satisfies Record<string, Preset>

export type PresetName = keyof typeof presets

/** How a model is asked: as given for it, else by its name. */
export function presetFor(id: string, given: Readonly<Record<string, PresetName | Preset>> = {}): Preset {
  const chosen = given[id]
  if (typeof chosen === 'object' && chosen !== null) return chosen
  if (chosen !== undefined) {
    const known: Preset | undefined = Object.hasOwn(presets, chosen) ? presets[chosen] : undefined
    if (known) return known
    throw new Stopped(
      'bad-call',
      `There is no preset ${JSON.stringify(chosen)}; there are ${Object.keys(presets).join(', ')}.`,
      `presets: { '${id}': '${nearest(String(chosen), Object.keys(presets)) ?? 'plain'}' }`,
    )
  }
  const name = id.split('/').at(-1)!
  if (/sky-?t1/i.test(id)) return presets['sky-t1']
  if (/^(qwen|qwq)/i.test(name)) return presets.qwen
  if (/^o[134]([-.]|$)/i.test(name)) return presets['openai-reasoning']
  return presets.plain
}
