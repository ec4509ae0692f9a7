// Exercises of lesson 02: what a cut-off answer is, and how long an answer may be.
import type { Sample, Verdict } from '../rows.js'
import { aCount, aShare, compared, exercise } from './exercise.js'

export const lesson02 = {
  '02.1': exercise({
    asks:
      'Of the answers in `judged` that came to an end, what share is right? `finish` says how an answer ended, and ' +
      '`verdict.ok` whether it is right.',
    takes: aShare,
    given: 'the judged answers, `judged`',
    judge(share, rows: readonly (Sample & { verdict: Verdict })[]) {
      const ended = rows.filter(({ finish }) => finish === 'stop')
      const good = (some: typeof rows) => some.filter(({ verdict }) => verdict.ok).length
      const cut = rows.filter(({ finish }) => finish === 'length').length
      const of = (part: number, all: number) => (all === 0 ? 0 : part / all)
      return compared(
        share,
        of(good(ended), ended.length),
        'Beside it belongs the share that was cut off; either number alone can be made as good as one likes.',
        [
          [
            of(good(rows), rows.length),
            'That counts cut-off answers as wrong answers. They were not read to their end: leave them out below the line too.',
          ],
          [of(good(ended) + cut, rows.length), 'That counts cut-off answers as right ones: it is the best case.'],
          [of(ended.length, rows.length), 'That is how many came to an end, right or wrong.'],
          [of(ended.length - good(ended), ended.length), 'That is the other part: those that ended and are wrong.'],
        ],
        'Keep the rows whose `finish` is "stop"; then the share of those whose `verdict.ok` is true.',
      )
    },
  }),

  '02.2': exercise({
    asks:
      'What is the smallest `maxTokens` at which at least four in five of the answers in `raw` that came to an end would have ' +
      'come to it? `usage.completion` is the length of an answer in tokens.',
    takes: aCount,
    given: 'the answers, `raw`',
    judge(limit, rows: readonly Sample[]) {
      const lengths = (some: readonly Sample[]) => some.map(({ usage }) => usage.completion).sort((a, b) => a - b)
      const least = (all: readonly number[], part: number) => all[Math.max(0, Math.ceil(part * all.length) - 1)] ?? 0
      const ended = lengths(rows.filter(({ finish }) => finish === 'stop'))
      const expected = least(ended, 0.8)
      const mean = Math.round(ended.reduce((sum, length) => sum + length, 0) / Math.max(1, ended.length))
      const characters = rows.filter(({ finish }) => finish === 'stop').map(({ text }) => text.length)
      return compared(
        limit,
        expected,
        'A limit cuts the hard problems first: look at whose answers the last fifth are before you save on them.',
        [
          [
            least(lengths(rows), 0.8),
            'Cut-off answers are among them. How long they would have become nobody knows: leave them out.',
          ],
          [mean, 'That is the mean length; at it a good part of the answers would be cut off.'],
          [least(ended, 0.5), 'That is the median: it would cut every second one off.'],
          [ended.at(-1) ?? 0, 'That is the longest of them: none would be cut off.'],
          [
            least(
              characters.sort((a, b) => a - b),
              0.8,
            ),
            'Those are characters; the limit counts tokens, `usage.completion`.',
          ],
        ],
        limit > expected
          ? 'At a smaller limit four in five still come to an end. Sort the lengths and count.'
          : 'At it fewer than four in five come to an end. Sort the lengths and count.',
        0,
      )
    },
  }),
}
