// Repetition over many rows: who loops, how often, and what it costs.

import { checkKnown, type Known } from '../known.js'
import type { Judged, Sample } from '../rows.js'
import { type Interval, meanInterval, wilson } from '../stats/index.js'
import { Stopped } from '../stopped.js'
import { takesRows } from '../taken.js'
import { type GuardRule, LoopGuard } from './guard.js'
import { wastedCharacters } from './measures.js'
import { exactLoops, type Repeats, repeats } from './repeats.js'

export type Inspected<Row extends Sample = Sample> = Row & { repeats: Repeats }

/** What rows can be grouped by. `size` is read from the model's name ("7B"); `correct` needs verified rows. */
export type RepeatsBy = 'model' | 'size' | 'source' | 'domain' | 'correct' | 'finish'

export interface InspectRepeatsOptions {
  /** @default ['model', 'domain'] */
  by?: RepeatsBy[]
  /** The rule of which `saved` says what it would have saved. @default that of `sample({ stopLoops: true })` */
  rule?: GuardRule
}

export interface RepeatsGroup {
  /** What the rows of the group have in common: only the fields that were asked for are there. */
  model?: string
  size?: string
  source?: string
  domain?: Sample['domain']
  correct?: 'right' | 'wrong' | 'not verified'
  finish?: Sample['finish']
  /** Answers, and the problems that they answer. */
  n: number
  problems: number
  /** Answers of each kind. */
  kinds: Record<Repeats['kind'], number>
  /** Answers that loop (exactly or nearly) or circle. */
  looping: number
  /** Share looping, 0 … 1, with its 95 % interval over problems. */
  share: Interval
  /** Of the looping ones, those cut off at the token limit. */
  cutOff: number
  /** Share of all characters that stand inside looping spans, after their first copy. */
  wasted: number
  /** Share right among the looping and among the clean answers, with 95 % Wilson intervals; null where none is verified. */
  right: { looping: Interval; clean: Interval } | null
  /**
   * Accuracy that loops cost at most, 0 … 1: verified answers that loop and are wrong, over all verified ones.
   * At most, because a model that loops on a problem might have failed it anyway.
   */
  lost: number | null
  /** What stopping at the loop would have saved, and the right answers that it would have stopped. */
  saved: { answers: number; tokens: number; dollars: number | null; share: number; rightAnswers: number }
}

/**
 * Looks for repetition in every sampled answer.
 *
 * @returns The rows with a `repeats` field (rows without an answer are left out), and one group for each
 * combination of `by`, in the order in which they first appear.
 * @throws Stopped('bad-data') for a row that lacks a field that is needed.
 * @example table(inspectRepeats(judged, { by: ['size', 'source'] }).groups)
 * @example inspectRepeats(await given('traces.jsonl', { fields: { prompt: 'question', solution: 'output' } }))
 */
export function inspectRepeats<Row extends Sample>(
  rows: Iterable<Row>,
  options: InspectRepeatsOptions = {},
): { rows: Inspected<Row>[]; groups: RepeatsGroup[] } {
  takesRows('inspectRepeats', rows, { fix: 'inspectRepeats(await sample(asked, { model }))' })
  checkKnown('inspectRepeats(…)', options, OPTIONS)
  const { by = ['model', 'domain'], rule } = options
  const unknown = by.find((key) => !(key in common))
  if (unknown)
    throw new Stopped(
      'bad-call',
      `inspectRepeats(…) cannot group by ${JSON.stringify(unknown)}.`,
      `inspectRepeats(rows, { by: ['model', 'domain'] }); there are: ${Object.keys(common).join(', ')}.`,
    )
  const inspected: Inspected<Row>[] = []
  const groups = new Map<string, Inspected<Row>[]>()
  let place = 0
  for (const row of rows) {
    checkRow(row, place++)
    if (row.finish === 'error') continue
    const withRepeats = { ...row, repeats: repeats(row.text) }
    inspected.push(withRepeats)
    const key = JSON.stringify(by.map((field) => common[field](row)))
    const group = groups.get(key)
    if (group) group.push(withRepeats)
    else groups.set(key, [withRepeats])
  }
  return { rows: inspected, groups: [...groups.values()].map((group) => summarise(group, by, rule)) }
}

/** A row of somebody's own file has other fields, and would end in a TypeError far from here. */
function checkRow(row: unknown, place: number): void {
  const { id, text, usage } = (row ?? {}) as Partial<Sample>
  const lacks = [
    ...(typeof id === 'string' ? [] : ['id']),
    ...(typeof text === 'string' ? [] : ['text']),
    ...(typeof usage?.completion === 'number' ? [] : ['usage.completion']),
  ]
  if (lacks.length > 0)
    throw new Stopped(
      'bad-data',
      `Row ${place} has no ${lacks.join(', no ')}: inspectRepeats(…) takes answers with id, text and usage.`,
      "inspectRepeats(await sample(…)); a file of your own: inspectRepeats(await given('traces.jsonl', { fields: { prompt: 'question', solution: 'output' } }))",
    )
}

const common: { [Key in RepeatsBy]: (row: Sample) => NonNullable<RepeatsGroup[Key]> } = {
  model: (row) => row.model,
  size: (row) =>
    /(?:^|[-_/ ])(\d+(?:\.\d+)?)\s?([bm])(?![a-z])/i.exec(row.model)?.slice(1).join('').toUpperCase() ?? 'unknown',
  source: (row) => row.source,
  domain: (row) => row.domain,
  correct: (row) => {
    const right = isRight(row)
    return right === undefined ? 'not verified' : right ? 'right' : 'wrong'
  },
  finish: (row) => row.finish,
}

function summarise(rows: Inspected[], by: RepeatsBy[], rule: GuardRule | undefined): RepeatsGroup {
  const loops = (row: Inspected) => row.repeats.kind !== 'clean'
  const looping = rows.filter(loops)
  const characters = rows.reduce((sum, row) => sum + row.text.length, 0)
  const problems = Map.groupBy(rows, (row) => row.id)
  const verified = rows.filter((row) => isRight(row) !== undefined)
  const shareRight = (some: Inspected[]) => wilson(some.filter(isRight).length, some.length)
  const wasted = looping.reduce((sum, row) => sum + wastedCharacters(row.repeats, exactLoops(row.text)), 0)
  return {
    ...Object.fromEntries(by.map((field) => [field, common[field](rows[0]!)])),
    n: rows.length,
    problems: problems.size,
    kinds: kindsOf(rows),
    looping: looping.length,
    share: meanInterval([...problems.values()].map((own) => own.filter(loops).length / own.length)),
    cutOff: looping.filter((row) => row.finish === 'length').length,
    wasted: characters === 0 ? 0 : wasted / characters,
    right:
      verified.length === 0
        ? null
        : { looping: shareRight(verified.filter(loops)), clean: shareRight(verified.filter((row) => !loops(row))) },
    lost: verified.length === 0 ? null : verified.filter((row) => loops(row) && !isRight(row)).length / verified.length,
    saved: savedBy(rows, rule),
  }
}

function kindsOf(rows: Inspected[]): RepeatsGroup['kinds'] {
  const kinds = { loop: 0, 'near-loop': 0, circling: 0, clean: 0 }
  for (const row of rows) kinds[row.repeats.kind]++
  return kinds
}

/** Tokens are taken to lie evenly over the characters of an answer. */
function savedBy(rows: Inspected[], rule: GuardRule | undefined): RepeatsGroup['saved'] {
  const saved = { answers: 0, tokens: 0, dollars: 0 as number | null, share: 0, rightAnswers: 0 }
  let tokens = 0
  for (const row of rows) {
    tokens += row.usage.completion
    // A text without a loop long enough for the guard cannot stop it.
    if (row.repeats.kind !== 'loop') continue
    const stop = stopOf(row.text, rule)
    if (!stop) continue
    const part = 1 - stop.end / row.text.length
    saved.answers++
    saved.tokens += Math.round(part * row.usage.completion)
    if (saved.dollars !== null) saved.dollars = row.dollars === null ? null : saved.dollars + part * row.dollars
    if (isRight(row)) saved.rightAnswers++
  }
  return { ...saved, share: tokens === 0 ? 0 : saved.tokens / tokens }
}

/** Where a finished text would have been stopped, had it been watched while it was written. */
function stopOf(text: string, rule: GuardRule | undefined) {
  const guard = new LoopGuard(rule)
  for (let start = 0; start < text.length; start += 100) {
    const stop = guard.add(text.slice(start, start + 100))
    if (stop) return stop
  }
  return undefined
}

function isRight(row: Sample): boolean | undefined {
  return (row as Partial<Judged>).verdict?.ok
}

const OPTIONS: Known<Required<InspectRepeatsOptions>> = {
  by: true,
  rule: true,
}
