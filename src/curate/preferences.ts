// Preference pairs out of judged samples, as Sky-T1-32B-Flash was made: a short right answer against a long one.
//
// NovaSky, "Think Less, Achieve More: Cut Reasoning Costs by 50 % Without Sacrificing Accuracy" (January 2025): pairs of
// the shortest right and the longest right answer of eight samples, and some in which the shorter answer is wrong, so
// that the model does not learn to be merely short.

import { checkKnown, type Known } from '../known.js'
import type { Judged } from '../rows.js'
import { Stopped } from '../stopped.js'
import { estimated, type TokenCounter } from './counting.js'
import { rankOf } from './rank.js'

/** Two answers to one problem. */
export interface Preference {
  /** Id of the problem, and the kind of the pair. */
  id: string
  kind: PairKind
  chosen: Judged
  rejected: Judged
  /** Tokens of both answers. */
  tokens: { chosen: number; rejected: number; how: string }
}

/**
 * `shortest-longest`: the shortest right answer before the longest right one (two right answers at least).
 * `right-wrong`: the shortest right answer that is longer than the shortest wrong one, before that one.
 */
export type PairKind = 'shortest-longest' | 'right-wrong'

export interface PreferenceOptions {
  /** @default both kinds */
  kinds?: PairKind[]
  /** At most so many pairs of a kind, drawn by the seed: `{ 'right-wrong': 1_000 }`. @default all */
  most?: Partial<Record<PairKind, number>>
  /** What `most` draws by. @default 7 */
  seed?: number
  /** The longer answer of `shortest-longest` is at least so many times the shorter one. @default 1, any that is longer */
  ratio?: number
  /** Counts tokens. @default an estimate */
  tokens?: TokenCounter
}

/**
 * Pairs for preference training (DPO, SimPO) out of several judged samples of each problem. Only answers with thought
 * and solution count; wrong ones are those that were judged wrong, not those that were cut off or never came.
 *
 * @example const pairs = preferences(judged, { most: { 'right-wrong': 1_000 } }); await dataset(pairs, { name: 'flash', in: work })
 */
export function preferences(rows: Iterable<Judged>, options: PreferenceOptions = {}): Preference[] {
  checkKnown('preferences(…)', options, OPTIONS)
  const { kinds = ['shortest-longest', 'right-wrong'], most = {}, seed = 7, ratio = 1, tokens = estimated } = options
  check(rows, options)
  const problems = new Map<string, Judged[]>()
  for (const row of rows) {
    if (row?.verdict === undefined)
      throw new Stopped('bad-call', `Row ${row?.id} has no verdict.`, 'preferences(await verify(tidy))')
    if (row.thought === undefined || row.solution === undefined || row.format?.ok === false) continue
    problems.set(row.id, [...(problems.get(row.id) ?? []), row])
  }
  const pairs: Preference[] = []
  for (const id of [...problems.keys()].sort()) {
    const counted = problems
      .get(id)!
      .map((row) => ({ row, n: tokens.count(`${row.thought}\n\n${row.solution}`) }))
      .sort((a, b) => a.n - b.n || a.row.sample - b.row.sample)
    const right = counted.filter(({ row }) => row.verdict.ok)
    const wrong = counted.filter(({ row }) => !row.verdict.ok && row.verdict.why === 'wrong')
    const add = (
      kind: PairKind,
      chosen: (typeof counted)[0] | undefined,
      rejected: (typeof counted)[0] | undefined,
    ) => {
      if (!kinds.includes(kind) || chosen === undefined || rejected === undefined) return
      pairs.push({
        id: `${id}/${kind}`,
        kind,
        chosen: chosen.row,
        rejected: rejected.row,
        tokens: { chosen: chosen.n, rejected: rejected.n, how: tokens.how },
      })
    }
    const [shortest, longest] = [right[0], right.at(-1)]
    if (shortest && longest && longest.n > shortest.n && longest.n >= ratio * shortest.n)
      add('shortest-longest', shortest, longest)
    const short = wrong[0]
    add('right-wrong', short && right.find(({ n }) => n > short.n), short)
  }
  return kinds.flatMap((kind) =>
    drawn(
      pairs.filter((pair) => pair.kind === kind),
      most[kind],
      seed,
    ),
  )
}

function drawn(pairs: Preference[], most: number | undefined, seed: number): Preference[] {
  if (most === undefined || pairs.length <= most) return pairs
  const rank = new Map(pairs.map((pair) => [pair, rankOf(pair.id, seed)]))
  const taken = new Set([...pairs].sort((a, b) => (rank.get(a)! < rank.get(b)! ? -1 : 1)).slice(0, most))
  return pairs.filter((pair) => taken.has(pair))
}

function check(rows: unknown, { kinds, most, ratio }: PreferenceOptions): void {
  const bad = (what: string): Stopped => new Stopped('bad-call', what, 'preferences(judged)')
  if (typeof rows !== 'object' || rows === null || !(Symbol.iterator in rows))
    throw bad(`preferences(…) got ${rows === null ? 'null' : typeof rows} for its rows.`)
  const names = [...(kinds ?? []), ...Object.keys(most ?? {})]
  const unknown = names.find((kind) => kind !== 'shortest-longest' && kind !== 'right-wrong')
  if (unknown !== undefined)
    throw bad(`There is no kind of pair ${JSON.stringify(unknown)}; there are 'shortest-longest' and 'right-wrong'.`)
  for (const n of Object.values(most ?? {}))
    if (!(Number.isInteger(n) && n >= 0)) throw bad(`most is ${JSON.stringify(most)}, not counts.`)
  if (ratio !== undefined && !(ratio >= 1)) throw bad(`ratio is ${ratio}, not a number from 1 on.`)
}

const OPTIONS: Known<Required<PreferenceOptions>> = {
  kinds: true,
  most: true,
  seed: true,
  ratio: true,
  tokens: true,
}
