// From judged rows to the rows that a model is trained on: each step takes rows out, and each loss has a name.
import { checkKnown, type Known } from '../known.js'
import type { Fate, Judged, Overlap, Rows, TrainingRow, Twin } from '../rows.js'
import { Stopped } from '../stopped.js'
import { type Done, Step } from '../workspace/index.js'
import { type AgainstOptions, checkAgainst, loadBenchmarks } from './against.js'
import { estimated, type TokenCounter } from './counting.js'
import { NEAR, Seen } from './duplicates.js'
import type { Benchmarks, Trace } from './near.js'
import { PRESETS } from './presets.js'
import { checkQuota, fill, type MixPart, type PartAccount, partsOf, type Quota, shortfalls } from './quota.js'
import { rankOf } from './rank.js'
import { type Recipe, remember } from './recipe.js'

export interface MixOptions extends AgainstOptions {
  /** What decides which rows fill a quota, and the order of the file. */
  seed: number
  /** Keeps problems that repeat another one, as the released data does (815 of 16,401 rows). @default false */
  keepDuplicates?: boolean
  /** Jaccard similarity from which two prompts are nearly the same problem; false looks for equal ones only. @default 0.7, and 0.8 where no answer is known */
  near?: number | false
  /** What is done with a benchmark's problem with other numbers: such a row bears an `overlap` either way. @default 'keep' */
  otherNumbers?: 'keep' | 'drop'
  /** Says which rows go in circles; those are left out. `(row) => repeats(row.text).kind === 'loop'` */
  looping?: (row: Judged) => boolean
  /** Counts tokens where a part asks for a length: `await tokenCounter('tokenizer.json')`. @default an estimate */
  tokens?: TokenCounter
}

type Lost = Extract<Fate, { kept: false }>

/**
 * Decides each row's fate, in this order; the first reason counts:
 *
 * 1. its verdict is not ok, or thought and solution were not found: the verdict's or the format's own reason
 * 2. it loops (`looping`)
 * 3. 'second-answer': another right sample of the same problem is in; the one with the lowest number stays
 * 4. 'duplicate', 'near-duplicate': an earlier problem has the same question, or nearly; `twin` names it
 * 5. 'near-benchmark': it holds a benchmark's question or a part that no third text has (`decontaminate` tells how it is
 *    found); `overlap` has the question and what both say. A benchmark's problem
 *    with other numbers is flagged the same way and kept, unless `otherNumbers` is 'drop'
 * 6. 'over-quota': drawn by seed within its part; 'not-in-mix': no part asks for such a row
 *
 * The quota is a number for each domain, a list of parts (by domain, source, difficulty, length), or the name of one of
 * the report's mixes: 'math-only', '+apps', '+hard-both', 'sky-t1-17k'. What could not be met is said on the console.
 *
 * All rows come back, in the order in which they came. What is kept depends on rows, quota and seed only, not on their
 * order; `fate.place` is the place in the training file.
 *
 * @throws Stopped 'no-dataset', 'no-file' or 'bad-data' where a benchmark cannot be loaded: nothing is mixed without it,
 * unless `skip` names it. 'bad-call' for rows that were not judged, and for quotas that are no counts.
 * @example const rows = await mix(judged, { math: 10_000, code: 5_000, science: 1_000 }, { seed: 7, without: ['aime24.jsonl'] })
 */
export function mix(
  rows: Rows<Judged>,
  quota: Quota | readonly MixPart[] | string,
  options: MixOptions,
): Step<TrainingRow> {
  const { parts, differs, preset } = check(rows, quota, options)
  let account: PartAccount[] = []
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
      const { benchmarks, without, skipped } = await loadBenchmarks(options, 'mix')
      const tokens = options.tokens ?? estimated
      const { fates, overlaps, twins, account: got } = decide(all, parts, options, benchmarks)
      account = got
      const recipe: Recipe = {
        ...(preset && { preset }),
        parts: account,
        seed: options.seed,
        without,
        skipped,
        keepDuplicates: options.keepDuplicates ?? false,
        near: options.near ?? NEAR,
        ...(parts.some(({ length }) => length) && { tokens: tokens.how }),
        differs,
      }
      for (const [place, row] of all.entries()) {
        signal.throwIfAborted()
        const overlap = overlaps.get(place)
        const twin = twins.get(place)
        const mixed: TrainingRow = { ...row, fate: fates[place]!, ...(overlap && { overlap }), ...(twin && { twin }) }
        yield { row: remember(mixed, recipe), place }
      }
      say(preset, differs, account)
    },
    describe: ({ fate }) => (fate.kept ? undefined : fate.why),
  })
}

function say(preset: string | undefined, differs: string[], account: PartAccount[]): void {
  if (preset) console.log([`mix ${preset}, beside the report:`, ...differs.map((line) => `  - ${line}`)].join('\n'))
  const short = shortfalls(account)
  if (short.length > 0) console.warn(['mix: not met', ...short.map((line) => `  ${line}`)].join('\n'))
}

interface Decided {
  fates: Fate[]
  overlaps: Map<number, Overlap>
  twins: Map<number, Twin>
  account: PartAccount[]
}

function decide(rows: Judged[], parts: MixPart[], options: MixOptions, benchmarks: Benchmarks): Decided {
  const { seed, keepDuplicates, looping, near, otherNumbers } = options
  const fates = new Map<number, Lost>()
  const twins = new Map<number, Twin>()
  const overlaps = new Map<number, Overlap>()
  // Sorted by id and sample, so that the order in which rows were finished decides nothing.
  let left = [...rows.keys()].sort((a, b) => compare(rows[a]!, rows[b]!) || a - b)
  const drop = (reason: (row: Judged, at: number) => Lost | undefined): void => {
    left = left.filter((at) => {
      const lost = reason(rows[at]!, at)
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
  const seen = new Seen(near ?? NEAR)
  drop((row, at) => {
    const twin = seen.add(row)
    if (twin === undefined) return undefined
    twins.set(at, twin)
    return keepDuplicates ? undefined : repeats(twin)
  })
  if (benchmarks.size > 0) {
    // Each different prompt is counted once and read once: what it shares is kept, where it shares anything.
    const traces = new Map<string, Trace | undefined>()
    for (const at of left) {
      const { prompt } = rows[at]!
      if (!traces.has(prompt)) traces.set(prompt, benchmarks.survey(prompt))
    }
    drop(({ prompt }, at) => {
      const trace = traces.get(prompt)
      const overlap = trace && benchmarks.find(prompt, trace)
      if (overlap === undefined) return undefined
      overlaps.set(at, overlap)
      return overlap.by === 'numbers' && otherNumbers !== 'drop' ? undefined : isNear(overlap)
    })
  }
  const rank = new Map(left.map((at) => [at, rankOf([rows[at]!.id, rows[at]!.sample], seed)]))
  left.sort((a, b) => (rank.get(a)! < rank.get(b)! ? -1 : 1))
  const counter = options.tokens ?? estimated
  const lengths = new Map<Judged, number>()
  const { taken, account } = fill(
    left.map((at) => rows[at]!),
    parts,
    (row) => {
      const length = lengths.get(row) ?? counter.count([row.asked, row.thought, row.solution].join('\n\n'))
      lengths.set(row, length)
      return length
    },
  )
  drop((row) => {
    if (taken.has(row)) return undefined
    const full = account.find(
      ({ asked, fitting, taken: got }, i) => got === asked && fitting > got && fitsPart(row, parts[i]!),
    )
    return full
      ? lose('over-quota', `${full.name} is full with ${full.asked} ${full.asked === 1 ? 'row' : 'rows'}`)
      : lose('not-in-mix', 'no part of the mix asks for such a row')
  })
  function fitsPart(row: Judged, part: MixPart): boolean {
    return fill([row], [{ ...part, rows: 1 }], (one) => lengths.get(one) ?? 0).taken.size > 0
  }
  const places = new Map(left.map((at, place) => [at, place]))
  return {
    fates: rows.map((_, at) => fates.get(at) ?? { kept: true, place: places.get(at)! }),
    overlaps,
    twins,
    account,
  }
}

function repeats({ how, id, share }: Twin): Lost {
  if (how === 'near')
    return lose(
      'near-duplicate',
      `${Math.round(100 * share)} % of the runs of words of ${id} and of this one are both theirs`,
    )
  const what = how === 'exact' ? 'the same question as' : 'but for signs and spaces the same question as'
  return lose('duplicate', `${what} ${id}`)
}

function isNear({ item, words, span, by }: Overlap): Lost {
  const what = by === 'numbers' ? 'but for its numbers' : `${words} ${words === 1 ? 'word' : 'words'} of it`
  return lose('near-benchmark', `${item}: ${what}, ${JSON.stringify(clip(span))}`)
}

function compare(a: Judged, b: Judged): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : a.sample - b.sample
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

const OPTIONS: Known<Required<MixOptions>> = {
  seed: true,
  keepDuplicates: true,
  near: true,
  otherNumbers: true,
  looping: true,
  tokens: true,
  without: true,
  skip: true,
}

function check(
  rows: Rows<Judged>,
  quota: Quota | readonly MixPart[] | string,
  options: MixOptions,
): { parts: MixPart[]; differs: string[]; preset?: string } {
  const example = 'mix(judged, { math: 10_000, code: 5_000, science: 1_000 }, { seed: 7 })'
  checkKnown('mix(…)', options, OPTIONS)
  const bad = (what: string): Stopped => new Stopped('bad-call', what, example)
  if (typeof rows !== 'object' || rows === null || !(Symbol.iterator in rows || Symbol.asyncIterator in rows)) {
    throw bad(`mix(…) got ${rows === null ? 'null' : typeof rows} for its rows.`)
  }
  if (!Number.isFinite(options?.seed)) throw bad(`The seed is ${options?.seed}.`)
  const { near, otherNumbers } = options
  if (near !== undefined && near !== false && !(near > 0 && near <= 1))
    throw bad(`near is ${near}; it is a similarity above 0 and up to 1, or false.`)
  if (otherNumbers !== undefined && !['keep', 'drop'].includes(otherNumbers))
    throw bad(`otherNumbers is ${JSON.stringify(otherNumbers)}; there are 'keep' and 'drop'.`)
  checkAgainst(options, example)
  if (typeof quota === 'string') {
    const preset = PRESETS[quota]
    if (preset === undefined)
      throw bad(`There is no mix ${JSON.stringify(quota)}; there are ${Object.keys(PRESETS).join(', ')}.`)
    return { ...preset, preset: quota }
  }
  checkQuota(quota, example)
  return { parts: partsOf(quota), differs: [] }
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
