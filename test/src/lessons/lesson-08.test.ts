import { describe, it } from 'vitest'
import { releasedRepeats } from '../../../src/index.js'
import { walk } from './walk.js'

/** The shortest period with which a text ends `times` times over, tried from the shortest on or from the longest. */
const period =
  (times = 3, from: 'shortest' | 'longest' = 'shortest') =>
  (text: string) => {
    const most = Math.floor(text.length / times)
    for (let step = 1; step <= most; step++) {
      const p = from === 'shortest' ? step : most + 1 - step
      const end = text.slice(-times * p)
      if (end === end.slice(-p).repeat(times)) return p
    }
    return 0
  }

describe('lesson 08', () => {
  it('08.1: a loop at the end', () =>
    walk('08.1', {
      right: period(),
      wrong: [
        [period(2), /Two copies/],
        [period(3, 'longest'), /multiple of the period/],
        // Looks for the last word, three times: 'a b c d … a b' and a sentence are beyond it.
        [(text: string) => Number(/(\S+ )\1\1$/.exec(text)?.[1]?.length ?? 0), /a long sentence/],
        [
          (text: string) => {
            const whole = text.endsWith(' ') || text === '' ? text : text.slice(0, -1)
            return text.endsWith('b') ? 0 : period()(whole)
          },
          /cut off in the middle/,
        ],
        [(text: string) => /(.+?)\1\1/.exec(text)?.[1]?.length ?? 0, /left its loop/],
        [(text: string) => text.length, /in a text that has none/],
        [(text: string) => text, /a number is asked for/],
      ],
    }))

  it('08.2: what loops cost at most', () => {
    const all = releasedRepeats().filter(({ model }) => model === 'Sky-T1 27B, long traces')
    const rows = all.filter(({ source }) => source === 'MATH-500')
    const repeating = rows.filter((row) => row.repeats.kind !== 'clean')
    const both = repeating.filter((row) => !row.right).length
    return walk('08.2', {
      right: both / rows.length,
      wrong: [
        [repeating.length / rows.length, /Some of those were scored right/],
        [both / repeating.length, /of the answers that repeat/],
        [both / rows.filter((row) => !row.right).length, /of the wrong answers/],
        [rows.filter((row) => row.repeats.kind === 'loop' && !row.right).length / rows.length, /exact loops alone/],
        [all.filter((row) => row.repeats.kind !== 'clean' && !row.right).length / all.length, /three benchmarks/],
        [(100 * both) / rows.length, /divide by 100/],
        [0.9, /divide by all/],
      ],
    })
  })
})
