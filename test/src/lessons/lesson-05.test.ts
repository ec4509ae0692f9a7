import { describe, it } from 'vitest'
import type { TrainingRow } from '../../../src/index.js'
import { walk } from './walk.js'

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
const spaced = (text: string) => ` ${words(text).join(' ')} `

/** The rule, with what a learner may have got wrong in it. */
const finder =
  ({ read = words, short = true, whole = true, inOrder = true } = {}) =>
  (prompt: string, question: string, n: number) => {
    const own = read(question)
    const length = short ? Math.min(n, own.length) : n
    const text = whole ? ` ${read(prompt).join(' ')} ` : read(prompt).join(' ')
    return own.slice(length - 1).some((_, i) => {
      const run = own.slice(i, i + length)
      if (!inOrder) return run.every((word) => read(prompt).includes(word))
      return text.includes(whole ? ` ${run.join(' ')} ` : run.join(' '))
    })
  }

/** Rows of a mix: so many kept, over the quota, and second answers, of each domain. */
function rows(counts: Record<'math' | 'code' | 'science', [kept: number, over: number, second: number]>) {
  const fates = [{ kept: true, place: 0 }, { why: 'over-quota' }, { why: 'second-answer' }].map((fate) => ({ kept: false, ...fate })) // biome-ignore format: one line
  return Object.entries(counts).flatMap(([domain, numbers]) => [
    ...numbers.flatMap((count, i) =>
      Array.from({ length: count }, () => ({ domain, verdict: { ok: true }, fate: fates[i] })),
    ),
    { domain, verdict: { ok: false }, fate: { kept: false, why: 'wrong' } },
  ]) as unknown as TrainingRow[]
}

describe('lesson 05', () => {
  it('05.1: a run of words that two texts share', () =>
    walk('05.1', {
      right: finder(),
      wrong: [
        [finder({ short: false }), /five words is never found/],
        [finder({ read: (text) => text.match(/[\p{L}\p{N}]+/gu) ?? [] }), /in capitals/],
        [finder({ read: (text) => text.toLowerCase().split(/\s+/) }), /other punctuation/],
        [finder({ inOrder: false }), /have to follow one another/],
        [finder({ whole: false }), /compare whole words/],
        [(prompt: string, question: string) => spaced(prompt) === spaced(question), /stands in a longer prompt/],
        [
          (prompt: string, question: string, n: number) =>
            finder()(prompt, question, n) ||
            (words(question).length < n &&
              words(question)
                .slice(0, 3)
                .every((word) => words(prompt).includes(word))),
          /only some of its words/,
        ],
        [() => true, /in a text that has none/],
      ],
    }))

  it('05.2: what a proportion leaves', () =>
    walk('05.2', {
      // 26, 19 and 10 may be used, 32, 20 and 15 are right.
      rows: rows({ math: [20, 6, 6], code: [15, 4, 1], science: [5, 5, 5] }),
      right: 32,
      wrong: [
        [2, /How many rows is that/],
        [55, /happen to have/],
        [48, /Second answers/],
        [41, /round down before you multiply/],
        [160, /the scarcest domain|The scarcest domain/],
        [7, /which domain runs out first/],
      ],
    }))
})
