// Rows for the tests of the training set.
import { createHash } from 'node:crypto'
import type { Judged, Problem } from '../../src/rows.js'

export function problem(id: string, prompt: string, over: Partial<Problem> = {}): Problem {
  return { id, source: id.split('/')[0]!, kind: 'math', domain: 'math', prompt, answer: '42', ...over }
}

/** A right answer to a question of its own. */
export function judged(id: string, over: Partial<Judged> = {}): Judged {
  const words = [...createHash('sha256').update(id).digest('hex')].map((digit) => `w${digit}`).join(' ')
  return {
    ...problem(id, `Question ${id}: ${words}?`),
    sample: 0,
    model: 'teacher',
    asked: `Asked: ${id}`,
    text: 'Hm. \\boxed{42}',
    finish: 'stop',
    usage: { prompt: 1, completion: 1 },
    dollars: 0,
    seconds: 1,
    settings: {
      temperature: 0.7,
      topP: null,
      maxTokens: 16_384,
      seed: 1,
      promptSet: 'skylab',
      promptHash: 'abcdef0123456789',
    },
    format: { ok: true, by: 'split' },
    thought: `Thinking of ${id}.`,
    solution: 'It is \\boxed{42}.',
    verdict: { ok: true, how: 'exact' },
    ...over,
  }
}

export const many = (n: number, over: Partial<Judged> = {}, name = 'set'): Judged[] =>
  Array.from({ length: n }, (_, i) => judged(`${name}/${i}`, over))

/** Numbers that look random and are the same in every run. */
export function random(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4294967296
  }
}
