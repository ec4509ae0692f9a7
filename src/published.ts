// Numbers that others published, with their footnotes, and what of their error can be known.

import { readFileSync } from 'node:fs'
import { fixture } from './fixtures.js'
import type { Score } from './rows.js'
import { wilson } from './stats/index.js'

/** A number that someone else measured. */
export interface PublishedNumber {
  label: 'published'
  percent: number
  /** null where no count, or more than one, gives the printed number. */
  hits: number | null
  n: number | null
  source: string
  note?: string
}

/** The same with its 95 % Wilson interval, one sample a problem; null where n is not known. Shares, 0 … 1. */
export interface PublishedRow extends PublishedNumber {
  value: number
  low: number | null
  high: number | null
}

export interface Published {
  about: string
  /** What `source` stands for. */
  sources: Record<string, string>
  /** The report's table: four models on six benchmarks. */
  results: (PublishedRow & { model: string; bench: string })[]
  ablations: Record<
    'model-size' | 'data-mix',
    { title: string; bench: string; model: string; note: string; arms: (PublishedRow & { name: string })[] }
  >
  /** What others got who ran the released model, or trained it again. */
  reruns: { label: 'published'; what: string; bench: string; percent: number; value: number; source: string }[]
}

let known: Published | undefined

/**
 * The numbers that the Sky-T1 report and others published, each with its source, its footnote, and an interval where
 * the number of problems is known. Two of the report's on GPQA-Diamond are no multiple of 1/198: their n is null, and no
 * interval is made up for them.
 */
export function published(): Published {
  if (known) return known
  const file = JSON.parse(readFileSync(fixture('published.json'), 'utf8')) as Published
  const row = <T extends PublishedNumber>(one: T): T & PublishedRow => {
    const interval = one.hits === null || one.n === null ? undefined : wilson(one.hits, one.n)
    return { ...one, value: one.percent / 100, low: interval?.low ?? null, high: interval?.high ?? null }
  }
  const ablation = (one: Published['ablations']['data-mix']) => ({ ...one, arms: one.arms.map(row) })
  known = {
    ...file,
    results: file.results.map(row),
    ablations: {
      'model-size': ablation(file.ablations['model-size']),
      'data-mix': ablation(file.ablations['data-mix']),
    },
    reruns: file.reruns.map((one) => ({ ...one, value: one.percent / 100 })),
  }
  return known
}

/**
 * Scores of a real model on real benchmarks, measured by this project (`npm run real -- evaluate --record`): Gemma 3
 * 270M, a base model, on 100 problems each of MATH-500 and GSM8K. Verdicts by problem, none of the texts.
 */
export function realScores(): { about: string; scores: Score[] } {
  return JSON.parse(readFileSync(fixture('real-scores.json'), 'utf8')) as { about: string; scores: Score[] }
}
