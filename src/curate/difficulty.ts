// How hard a problem is, as a model sees it: a label from 1 to 10 on the AoPS scale, asked for once and kept.

import { checkKnown, type Known } from '../known.js'
import type { Problem, Rows } from '../rows.js'
import { ask, type Model, messagesOf, seedFor } from '../sample/index.js'
import { Stopped } from '../stopped.js'
import { takesRows } from '../taken.js'
import { type Done, pool, Step, type Workspace } from '../workspace/index.js'
import { type DifficultyPrompt, levelIn, skylabDifficulty, skyT1Difficulty } from './difficulty-prompt.js'

/** A label, or why there is none. */
export type DifficultyLabel = {
  /** The prompt set and the first 16 hex digits of the sha256 of its words. */
  prompt: string
  hash: string
  model: string
  /** The whole answer. */
  text?: string
  /** The problem brought no difficulty: it has this label's. */
  filled?: true
} & ({ ok: true; level: number } | { ok: false; why: 'no-label' | 'off-scale' | 'failed'; detail: string })

/** A problem with its label; `difficulty` is the label's level where the problem had none of its own. */
export type Labelled<T extends Problem = Problem> = T & { label: DifficultyLabel }

export interface DifficultyOptions {
  model: Model
  /** Where labels are kept; a problem that was labelled is not asked for again. */
  in: Workspace
  /** Folder of a SkyThought checkout, for the report's own words. @default our own */
  prompt?: string
  /** @default 0.7, the report's */
  temperature?: number | null
  /** @default 2048, the report's */
  maxTokens?: number
}

/**
 * Labels problems from 1 (easy) to 10 (hardest) on the AoPS scale, which the recipe's bounds are on: 4–9 for MATH, 1–9 for AMC
 * and AIME, 9 for olympiads (`problems('numina:math', { labels: labelled })` filters by them).
 *
 * The level is the first [[number]] of the answer, else the first [number]; without one, or with one that is not from 1 to 10, the
 * row says so in `label` and stays in. A difficulty that a problem brought is never overwritten.
 *
 * @throws Stopped as `sample`; 'no-file' and 'bad-data' for the report's words.
 * @example const labelled = await difficulty(asked, { model: mini, in: work })
 */
export function difficulty<T extends Problem>(rows: Rows<T>, options: DifficultyOptions): Step<Labelled<T>> {
  check(rows, options ?? {})
  checkKnown('difficulty(…)', options, OPTIONS)
  const { model, in: work, temperature = 0.7, maxTokens = 2048 } = options
  const dollars = new WeakMap<object, number | null>()
  const label = async (problem: T, prompt: DifficultyPrompt, signal: AbortSignal) => {
    const seed = seedFor(problem.id, 0)
    const messages = messagesOf({ system: prompt.system, user: prompt.ask(problem) })
    const purpose = { stage: 'difficulty', problem: problem.id, sample: 0 }
    const asked = await ask(
      model,
      { messages, seed, temperature, maxTokens, for: purpose },
      { in: work, stage: 'difficulty', signal },
    )
    const common = { prompt: prompt.name, hash: prompt.hash, model: model.id }
    const found: DifficultyLabel = asked.ok
      ? { ...common, ...read(asked.answer.content, asked.answer.finish), text: asked.answer.content }
      : { ...common, ok: false, why: 'failed', detail: asked.failure }
    const filled = found.ok && problem.difficulty === undefined
    const row = {
      ...problem,
      ...(filled ? { difficulty: found.level, label: { ...found, filled } } : { label: found }),
    } as Labelled<T>
    dollars.set(row, asked.dollars)
    return { row, reused: asked.reused }
  }
  return new Step<Labelled<T>>({
    label: 'difficulty',
    total: Array.isArray(rows) ? rows.length : undefined,
    kept: work.name,
    async *run(signal): AsyncGenerator<Done<Labelled<T>>> {
      const prompt = options.prompt === undefined ? skylabDifficulty : await skyT1Difficulty(options.prompt)
      const width = () => model.pace.width
      for await (const { row, place } of pool(
        rows,
        width,
        (problem, _place, inner) => label(problem, prompt, inner),
        signal,
      ))
        yield { ...row, place }
    },
    describe: ({ label: found }) => (found.ok ? undefined : found.why),
    ...((model.price || !model.local) && { dollars: (row: Labelled<T>) => dollars.get(row) ?? 0 }),
  })
}

function read(
  text: string,
  finish: string,
): { ok: true; level: number } | { ok: false; why: 'no-label' | 'off-scale'; detail: string } {
  const level = levelIn(text)
  if (level === undefined) {
    const end = text.trim().slice(-80)
    return {
      ok: false,
      why: 'no-label',
      detail: finish === 'length' ? 'cut off before a level' : `no [[level]] in: ${JSON.stringify(end)}`,
    }
  }
  if (level < 1 || level > 10) return { ok: false, why: 'off-scale', detail: `it says ${level}` }
  return { ok: true, level }
}

/** How well labels agree with levels that are known on whatever scale. */
export interface DifficultyAgreement {
  /** Rows with a label and a known level. */
  n: number
  /** Rows that the model gave no label. */
  unlabelled: number
  /** Spearman's rank correlation, ties by their mean rank, -1 … 1; null where one side never changes. */
  spearman: number | null
  /** Of pairs whose known levels differ, the share that the labels put in the same order; a tie of labels is half. 0.5 is chance. */
  ordered: number | null
  /** For each known level: how many rows, and the mean of their labels. */
  byLevel: { level: number; n: number; mean: number }[]
}

/**
 * Compares labels with known levels, such as MATH's 1 to 5: `problems('math500', { fields: { difficulty: 'level' } })`.
 *
 * @param known What is known of a row. @default its own `difficulty`, where it brought one
 */
export function difficultyAgreement<T extends Problem>(
  rows: Iterable<Labelled<T>>,
  known: (row: Labelled<T>) => number | undefined = (row) => (row.label.filled ? undefined : row.difficulty),
): DifficultyAgreement {
  takesRows('difficultyAgreement', rows, {
    fix: 'difficultyAgreement(await difficulty(asked, { model }))',
    has: ['label'],
  })
  const pairs: [number, number][] = []
  let unlabelled = 0
  for (const row of rows) {
    const level = known(row)
    if (level === undefined) continue
    if (row.label.ok) pairs.push([level, row.label.level])
    else unlabelled++
  }
  const levels = new Map<number, [number, number][]>()
  for (const pair of pairs) levels.set(pair[0], [...(levels.get(pair[0]) ?? []), pair])
  return {
    n: pairs.length,
    unlabelled,
    spearman: correlation(ranks(pairs.map(([level]) => level)), ranks(pairs.map(([, label]) => label))),
    ordered: ordered(pairs),
    byLevel: [...levels]
      .sort(([a], [b]) => a - b)
      .map(([level, all]) => ({
        level,
        n: all.length,
        mean: all.reduce((sum, [, label]) => sum + label, 0) / all.length,
      })),
  }
}

function ordered(pairs: [number, number][]): number | null {
  let right = 0
  let all = 0
  for (const [i, [a, x]] of pairs.entries())
    for (const [b, y] of pairs.slice(i + 1)) {
      if (a === b) continue
      all++
      right += x === y ? 0.5 : a < b === x < y ? 1 : 0
    }
  return all === 0 ? null : right / all
}

function ranks(values: number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b)
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2)
}

function correlation(a: number[], b: number[]): number | null {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [ma, mb] = [mean(a), mean(b)]
  const product = (x: number[], mx: number, y: number[], my: number) =>
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0)
  const spread = Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb))
  return a.length < 2 || spread === 0 ? null : product(a, ma, b, mb) / spread
}

function check(rows: unknown, { model, in: work, maxTokens, temperature }: DifficultyOptions): void {
  const bad = (what: string) => new Stopped('bad-call', what, 'difficulty(asked, { model: mini, in: work })')
  const fix = 'difficulty(asked, { model: mini, in: work })'
  takesRows('difficulty', rows, { fix, what: 'problems', has: ['id', 'prompt'], coming: true })
  if (typeof model?.ask !== 'function') throw bad('difficulty(…) got no model.')
  if (typeof work?.once !== 'function') throw bad('difficulty(…) got no workspace.')
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 0))
    throw bad(`maxTokens is ${maxTokens}, not a whole number from 1 on.`)
  if (temperature != null && !(temperature >= 0 && temperature <= 2))
    throw bad(`temperature is ${temperature}; it goes from 0 to 2.`)
}

const OPTIONS: Known<Required<DifficultyOptions>> = {
  model: true,
  in: true,
  prompt: true,
  temperature: true,
  maxTokens: true,
}
