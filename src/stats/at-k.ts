// One score at another number of samples: pass@k and maj@k for every k up to those that were taken.

import type { Score } from '../rows.js'
import { takesRows } from '../taken.js'
import { type Interval, meanInterval } from './intervals.js'
import { majAtK } from './majority.js'
import { passAtK } from './passk.js'

/**
 * pass@k of a score: the chance that at least one of k samples is right, without bias, averaged over problems.
 *
 * @param k 1 … score.k.
 * @throws Stopped 'bad-call' where k is larger: an estimate for more samples than were taken would be a guess.
 */
export function passOf(score: Pick<Score, 'byProblem' | 'k'>, k: number): Interval {
  takesRows('passOf', [score], { fix: 'passOf(scores[0], 1)', what: 'a score', has: ['byProblem'] })
  return meanInterval(Object.values(score.byProblem).map((share) => passAtK(score.k, Math.round(share * score.k), k)))
}

/**
 * maj@k of a score: the chance that the answer which most of k samples give is right, averaged over problems.
 *
 * @returns undefined where answers cannot be counted: programs, and scores that were stored without them.
 * @throws Stopped 'bad-call' where k is larger than the samples taken.
 */
export function majorityOf(score: Pick<Score, 'answers' | 'outcomes' | 'k' | 'n'>, k: number): Interval | undefined {
  takesRows('majorityOf', [score], { fix: 'majorityOf(scores[0], 1)', what: 'a score' })
  const { answers, outcomes } = score
  if (!answers || !outcomes || Object.keys(answers).length < score.n) return undefined
  return meanInterval(
    Object.entries(answers).map(([id, classes]) =>
      majAtK(
        classes,
        outcomes[id]!.map((outcome) => outcome === 'right'),
        k,
      ),
    ),
  )
}

/** One line of `samplesCurve`. */
export interface AtK {
  model: string
  bench: string
  k: number
  pass: number
  passLow: number
  passHigh: number
  /** null where answers cannot be counted. */
  majority: number | null
  majorityLow: number | null
  majorityHigh: number | null
}

/** pass@k and maj@k of scores for k = 1, 2, 4 … up to the samples taken: the rows of a curve. */
export function samplesCurve(scores: Score | readonly Score[]): AtK[] {
  takesRows('samplesCurve', [scores].flat(), {
    fix: 'samplesCurve(await evaluate(models, { benches, k: 8 }))',
    what: 'scores',
    has: ['byProblem'],
  })
  return [scores].flat().flatMap((score) => {
    const ks = [...new Set([...powers(score.k), score.k])]
    return ks.map((k) => {
      const pass = passOf(score, k)
      const majority = majorityOf(score, k)
      return {
        model: score.model,
        bench: score.bench,
        k,
        pass: pass.value,
        passLow: pass.low,
        passHigh: pass.high,
        majority: majority?.value ?? null,
        majorityLow: majority?.low ?? null,
        majorityHigh: majority?.high ?? null,
      }
    })
  })
}

function* powers(most: number): Generator<number> {
  for (let k = 1; k <= most; k *= 2) yield k
}
