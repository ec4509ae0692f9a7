// What became of rows: for every source and stage how many came in, went on and were lost, and why.
//
// Ground, because the card and the figure both stand on it.
import type { Judged, TrainingRow } from './rows.js'
import { takesRows } from './taken.js'

/** Stages in the order in which a row passes them. */
export const STAGES = [
  { name: 'loaded', into: 'problems' },
  { name: 'sampled', into: 'samples' },
  { name: 'formatted', into: 'formatted' },
  { name: 'verified', into: 'right' },
  { name: 'loops', into: 'without a loop' },
  { name: 'one a problem', into: 'one a problem' },
  { name: 'deduplicated', into: 'different' },
  { name: 'decontaminated', into: 'clean' },
  { name: 'mixed', into: 'in the mix' },
] as const

export type StageName = (typeof STAGES)[number]['name']

/** One source at one stage: `came` is `left` and all of `lost` together. */
export interface FlowLine {
  source: string
  stage: StageName
  /** What is counted: rows of a file until problems are made of them, then answers. */
  unit: 'rows' | 'answers'
  came: number
  left: number
  /** Reason → how many. */
  lost: Record<string, number>
}

/** What loading made of one source, as `problems(…).account` says it. */
export interface SourceAccount {
  source: string
  /** Where it is on the Hub, and at which commit. */
  hub?: { id: string; config?: string; split?: string; revision: string; commit: string }
  files?: { file: string; size: number; sha256?: string }[]
  licence?: string
  /** Rows that its files held, and problems that were made of them. */
  held: number
  kept: number
  /** Reason → rows that were left out. */
  dropped: Record<string, number>
}

type Row = Pick<Judged, 'id' | 'source'> & Partial<Judged> & Partial<Pick<TrainingRow, 'fate'>>

/** Which stage lost a row, and why; undefined for one that came through all. */
function lossOf(row: Row): { stage: StageName; why: string } | undefined {
  if (row.finish === 'error') return { stage: 'sampled', why: 'no-sample' }
  // A row that was verified as it came, without the reformat step, has no format to lose.
  if (row.format !== undefined && !row.format.ok) return { stage: 'formatted', why: row.format.why }
  if (row.verdict !== undefined && !row.verdict.ok) return { stage: 'verified', why: row.verdict.why }
  if (row.fate === undefined || row.fate.kept) return undefined
  const { why } = row.fate
  if (why === 'looping') return { stage: 'loops', why }
  if (why === 'second-answer') return { stage: 'one a problem', why }
  if (why === 'duplicate' || why === 'near-duplicate') return { stage: 'deduplicated', why }
  if (why === 'near-benchmark') return { stage: 'decontaminated', why }
  return { stage: 'mixed', why }
}

/** Every reason that rows carry is one of these, or a verdict's. */
export interface FlowOptions {
  /** The problems that were asked: their account tells which rows of the files were left out at loading. */
  from?: { account?: readonly SourceAccount[] }
}

/**
 * The row flow as a table: one line a source and stage, in the order of the stages; the counts add up at each. Stages
 * that the rows have not come to are left out, and so is the format where no row has one: not every run rewrites.
 *
 * @example table(flow(rows, { from: asked }))
 */
export function flow(rows: Iterable<Row>, options: FlowOptions = {}): FlowLine[] {
  takesRows('flow', rows, { fix: 'flow(await verify(rows))', has: ['source'] })
  const sources = new Map<string, Map<StageName, Map<string, number>>>()
  const through = new Map<string, number>()
  let reached = 2
  let formatted = false
  for (const row of rows) {
    formatted ||= row.format !== undefined
    reached = Math.max(reached, row.fate ? STAGES.length : row.verdict ? 4 : row.format ? 3 : 2)
    through.set(row.source, (through.get(row.source) ?? 0) + 1)
    const loss = lossOf(row)
    if (loss === undefined) continue
    const stages = sources.get(row.source) ?? new Map<StageName, Map<string, number>>()
    sources.set(row.source, stages)
    const lost = stages.get(loss.stage) ?? new Map<string, number>()
    stages.set(loss.stage, lost.set(loss.why, (lost.get(loss.why) ?? 0) + 1))
  }
  const accounts = options?.from?.account ?? []
  const names = [...new Set([...accounts.map(({ source }) => source), ...through.keys()])].sort()
  const lines: FlowLine[] = []
  for (const { name: stage } of STAGES.slice(0, reached)) {
    if (stage === 'formatted' && !formatted) continue
    for (const source of names) {
      if (stage === 'loaded') {
        for (const { held, kept, dropped: lost } of accounts.filter((account) => account.source === source))
          lines.push({ source, stage, unit: 'rows', came: held, left: kept, lost: ordered(Object.entries(lost)) })
        continue
      }
      const came = through.get(source) ?? 0
      if (came === 0 && stage !== 'sampled') continue
      const lost = ordered(sources.get(source)?.get(stage) ?? [])
      const left = came - Object.values(lost).reduce((sum, n) => sum + n, 0)
      through.set(source, left)
      lines.push({ source, stage, unit: 'answers', came, left, lost })
    }
  }
  return lines
}

/** Most first. */
function ordered(reasons: Iterable<[string, number]>): Record<string, number> {
  return Object.fromEntries([...reasons].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)))
}

export interface DroppedOptions {
  source?: string
  stage?: StageName
}

/**
 * The rows that were lost, of one reason or of all: every one can be looked at.
 *
 * @example view.rows(dropped(rows, 'near-benchmark'))
 */
export function dropped<T extends Row>(rows: Iterable<T>, why?: string, options: DroppedOptions = {}): T[] {
  takesRows('dropped', rows, { fix: "dropped(await verify(rows), 'wrong')" })
  const found: T[] = []
  for (const row of rows) {
    const loss = lossOf(row)
    if (loss === undefined) continue
    if (why !== undefined && loss.why !== why && !(row.fate && !row.fate.kept && row.fate.why === why)) continue
    if (options.source !== undefined && row.source !== options.source) continue
    if (options.stage !== undefined && loss.stage !== options.stage) continue
    found.push(row)
  }
  return found
}
