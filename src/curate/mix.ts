// From judged rows to the rows that a model is trained on: each step takes rows out, and each loss has a name.
import { createHash } from 'node:crypto'
import { benchmarkPrompts } from '../problems/index.js'
import type { Fate, Judged, Problem, Rows, TrainingRow } from '../rows.js'
import { Stopped } from '../stopped.js'
import { type Done, Step } from '../workspace/index.js'
import { Seen } from './duplicates.js'
import { Benchmarks } from './near.js'
import { type Recipe, remember } from './recipe.js'

/** How many rows of a domain at most. A domain that is not named has no bound; 0 takes none of it. */
export interface Quota {
  math?: number
  code?: number
  science?: number
}

export interface MixOptions {
  /** What decides which rows fill a quota, and the order of the file. */
  seed: number
  /** Benchmarks that no row may come near: names, files, or problems. */
  without?: (string | Problem[])[]
  /** Keeps problems that repeat another one, as the released data does (815 of 16,401 rows). @default false */
  keepDuplicates?: boolean
  /** Says which rows go in circles; those are left out. `(row) => repeats(row.text).kind === 'loop'` */
  looping?: (row: Judged) => boolean
}

type Lost = Extract<Fate, { kept: false }>

/**
 * Decides each row's fate, in this order; the first reason counts:
 *
 * 1. its verdict is not ok, or thought and solution were not found: the verdict's or the format's own reason
 * 2. it loops (`looping`)
 * 3. 'second-answer': another right sample of the same problem is in; the one with the lowest number stays
 * 4. 'duplicate': another problem has the same question
 * 5. 'near-benchmark': see near.ts; the detail names the benchmark's item and what both say
 * 6. 'over-quota': drawn by seed within its domain
 *
 * All rows come back, in the order in which they came. What is kept depends on rows, quota and seed only, not on their
 * order; `fate.place` is the place in the training file.
 *
 * @throws Stopped 'no-dataset', 'no-file' or 'bad-data' where a benchmark cannot be loaded: nothing is mixed without it.
 * 'bad-call' for rows that were not judged, and for quotas that are no counts.
 * @example const rows = await mix(judged, { math: 10_000, code: 5_000, science: 1_000 }, { seed: 7, without: ['aime24.jsonl'] })
 */
export function mix(rows: Rows<Judged>, quota: Quota, options: MixOptions): Step<TrainingRow> {
  check(rows, quota, options)
  return new Step<TrainingRow>({
    label: 'mix',
    total: Array.isArray(rows) ? rows.length : undefined,
    async *run(signal): AsyncGenerator<Done<TrainingRow>> {
      const all: Judged[] = []
      for await (const row of rows) {
        signal.throwIfAborted()
        checkRow(row, all.length)
        all.push(row)
      }
      const { benchmarks, without } = await loadBenchmarks(options.without ?? [])
      const fates = decide(all, quota, options, benchmarks)
      const recipe: Recipe = { quota, seed: options.seed, without, keepDuplicates: options.keepDuplicates ?? false }
      for (const [place, row] of all.entries()) {
        signal.throwIfAborted()
        yield { row: remember({ ...row, fate: fates[place]! }, recipe), place }
      }
    },
    describe: ({ fate }) => (fate.kept ? undefined : fate.why),
  })
}

function decide(
  rows: Judged[],
  quota: Quota,
  { seed, keepDuplicates, looping }: MixOptions,
  benchmarks: Benchmarks,
): Fate[] {
  const fates = new Map<number, Lost>()
  // Sorted by id and sample, so that the order in which rows were finished decides nothing.
  let left = [...rows.keys()].sort((a, b) => compare(rows[a]!, rows[b]!) || a - b)
  const drop = (reason: (row: Judged) => Lost | undefined): void => {
    left = left.filter((at) => {
      const lost = reason(rows[at]!)
      if (lost) fates.set(at, lost)
      return lost === undefined
    })
  }
  drop(notRight)
  if (looping) drop((row) => (looping(row) ? lose('looping', 'the trace goes in circles') : undefined))
  const answered = new Map<string, number>()
  drop((row) => {
    const first = answered.get(row.id)
    if (first === undefined) answered.set(row.id, row.sample)
    return first === undefined ? undefined : lose('second-answer', `sample ${first} of this problem is right too`)
  })
  if (!keepDuplicates) {
    const seen = new Seen()
    drop((row) => {
      const same = seen.add(row)
      return (
        same &&
        lose(
          'duplicate',
          `${same.how === 'exact' ? 'the same question as' : 'but for signs and spaces the same question as'} ${same.id}`,
        )
      )
    })
  }
  if (benchmarks.size > 0) {
    benchmarks.survey(new Set(left.map((at) => rows[at]!.prompt)))
    drop((row) => {
      const near = benchmarks.find(row.prompt)
      return (
        near && lose('near-benchmark', `${near.item}: ${near.words} words of it, ${JSON.stringify(clip(near.span))}`)
      )
    })
  }
  const rank = new Map(left.map((at) => [at, rankOf(rows[at]!, seed)]))
  left.sort((a, b) => (rank.get(a)! < rank.get(b)! ? -1 : 1))
  const taken = { math: 0, code: 0, science: 0 }
  drop(({ domain }) => {
    const most = quota[domain] ?? Number.POSITIVE_INFINITY
    return taken[domain]++ < most
      ? undefined
      : lose('over-quota', `${domain} is full with ${most} ${most === 1 ? 'row' : 'rows'}`)
  })
  const places = new Map(left.map((at, place) => [at, place]))
  return rows.map((_, at) => fates.get(at) ?? { kept: true, place: places.get(at)! })
}

function compare(a: Judged, b: Judged): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : a.sample - b.sample
}

/** A number that seed and row alone decide: sorting by it shuffles, and a larger quota contains a smaller one. */
function rankOf({ id, sample }: Judged, seed: number): string {
  return createHash('sha256')
    .update(JSON.stringify([seed, id, sample]))
    .digest('hex')
}

const lose = (why: Lost['why'], detail: string): Lost => ({ kept: false, why, detail })

function notRight({ verdict, format }: Judged): Lost | undefined {
  if (!verdict.ok) return lose(verdict.why, verdict.detail)
  return format.ok ? undefined : lose(format.why, format.detail)
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= 160 ? line : `${line.slice(0, 159)}…`
}

async function loadBenchmarks(
  without: (string | Problem[])[],
): Promise<{ benchmarks: Benchmarks; without: Recipe['without'] }> {
  const benchmarks = new Benchmarks()
  const named: Recipe['without'] = []
  for (const source of without) {
    const problems = typeof source === 'string' ? await loadBenchmark(source) : source
    benchmarks.add(problems)
    const names = [...new Set(problems.map((problem) => problem.source))]
    named.push({ name: names.join(', ') || 'an empty list', problems: problems.length })
  }
  return { benchmarks, without: named }
}

async function loadBenchmark(source: string): Promise<Problem[]> {
  try {
    return await benchmarkPrompts(source)
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    const what = `mix cannot compare the rows with ${JSON.stringify(source)}: ${error.message}`
    const file = `${source.split(/[:/]/).at(-1)!.toLowerCase()}.jsonl`
    const fix =
      error.code === 'no-dataset'
        ? `Give its questions as a file: without: ['${file}'] (JSON Lines, JSON or CSV). Or leave it out of without; the card then does not name it.`
        : error.fix
    throw new Stopped(error.code, what, fix, error)
  }
}

function check(rows: Rows<Judged>, quota: Quota, options: MixOptions): void {
  const example = 'mix(judged, { math: 10_000, code: 5_000, science: 1_000 }, { seed: 7 })'
  const bad = (what: string): Stopped => new Stopped('bad-call', what, example)
  if (typeof rows !== 'object' || rows === null || !(Symbol.iterator in rows || Symbol.asyncIterator in rows)) {
    throw bad(`mix(…) got ${rows === null ? 'null' : typeof rows} for its rows.`)
  }
  if (typeof quota !== 'object' || quota === null) throw bad(`The quota is ${JSON.stringify(quota)}.`)
  for (const [domain, most] of Object.entries(quota)) {
    if (!['math', 'code', 'science'].includes(domain))
      throw bad(`The quota names the domain ${domain}; there are math, code and science.`)
    if (most !== undefined && !(Number.isInteger(most) && most >= 0))
      throw bad(`The quota of ${domain} is ${most}, not a count.`)
  }
  if (!Number.isFinite(options?.seed)) throw bad(`The seed is ${options?.seed}.`)
  if (options.without !== undefined && !Array.isArray(options.without))
    throw bad(`without is ${JSON.stringify(options.without)}, not a list.`)
}

function checkRow(row: Judged, place: number): void {
  if (row?.verdict === undefined || row.format === undefined) {
    const missing = row?.verdict === undefined ? 'verdict' : 'format'
    const id = row?.id === undefined ? '' : ` (${row.id})`
    throw new Stopped(
      'bad-call',
      `Row ${place + 1}${id} has no ${missing}.`,
      'mix(await verify(await reformat(raw)), quota, { seed: 7 })',
    )
  }
  if (
    typeof row.id !== 'string' ||
    typeof row.prompt !== 'string' ||
    !['math', 'code', 'science'].includes(row.domain)
  ) {
    throw new Stopped(
      'bad-data',
      `Row ${place + 1} has the id ${JSON.stringify(row.id)} and the domain ${JSON.stringify(row.domain)}.`,
      `console.log(judged[${place}])`,
    )
  }
}
