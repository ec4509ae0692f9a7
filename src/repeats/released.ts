// What the detector finds in the answers that the Sky-T1 team released: the finding about model size, in numbers.

import { readFileSync } from 'node:fs'
import { fixture } from '../fixtures.js'
import type { Repeats } from './repeats.js'

/** One released answer without its text. */
export interface ReleasedAnswer {
  /** `AIME24/7`: the problem. */
  id: string
  source: string
  domain: 'math'
  model: string
  /** '7B'; of the students read from the name of the run. */
  size: string
  /** What is known of the training. */
  trained: string
  /** Characters. */
  length: number
  /** The verdict of the team's own harness. */
  right: boolean
  repeats: Pick<Repeats, 'kind' | 'start' | 'end' | 'count'>
}

interface Run {
  model: string
  size: string
  trained: string
  bench: string
  kinds: string
  right: string
  lengths: number[]
  spans: [number, number, number, number][]
}

const kinds = { c: 'clean', l: 'loop', n: 'near-loop', o: 'circling' } as const

/**
 * 2,950 answers of seven models to AIME24, AMC23 and MATH-500, released by the Sky-T1 team (greedy, one answer a
 * problem), with what `repeats` finds in each. Size is confounded with the training, with the base model and with
 * the token limit: compare within one recipe.
 *
 * @example plot.onset(releasedRepeats().filter((row) => row.source === 'AIME24'))
 */
export function releasedRepeats(): ReleasedAnswer[] {
  const { runs } = JSON.parse(readFileSync(fixture('released-repeats.json'), 'utf8')) as { runs: Run[] }
  return runs.flatMap((run) => {
    const spans = new Map(run.spans.map(([i, start, end, count]) => [i, { start, end, count }]))
    return run.lengths.map((length, i) => ({
      id: `${run.bench}/${i}`,
      source: run.bench,
      domain: 'math' as const,
      model: run.model,
      size: run.size,
      trained: run.trained,
      length,
      right: run.right[i] === '1',
      repeats: {
        kind: kinds[run.kinds[i] as keyof typeof kinds],
        ...(spans.get(i) ?? { start: null, end: null, count: null }),
      },
    }))
  })
}
