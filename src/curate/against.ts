// The benchmarks that rows are compared with: loaded, or a stop that says how to get the missing one.
import { createHash } from 'node:crypto'
import { benchmarkPrompts } from '../problems/index.js'
import type { Problem } from '../rows.js'
import { Stopped } from '../stopped.js'
import { passed } from '../taken.js'
import { Benchmarks } from './near.js'

/** A benchmark that was compared with. */
export interface Compared {
  name: string
  problems: number
  /** First 16 hex digits of the sha256 of its questions. */
  sha256: string
}

export interface Against {
  benchmarks: Benchmarks
  without: Compared[]
  /** Named to be left out: no row was compared with them. */
  skipped: string[]
}

export interface AgainstOptions {
  /** Benchmarks that no row may come near: names, files, or problems. */
  without?: (string | Problem[])[]
  /** Those of `without` to go on without; the card says so. */
  skip?: string[]
}

/**
 * Loads what rows are to be compared with.
 *
 * @throws Stopped 'no-dataset', 'no-file', 'bad-data' … where one cannot be loaded, with what gets it and how to go on
 * without it.
 */
export async function loadBenchmarks({ without = [], skip = [] }: AgainstOptions, step: string): Promise<Against> {
  const benchmarks = new Benchmarks()
  const named: Compared[] = []
  for (const source of without) {
    if (typeof source === 'string' && skip.includes(source)) continue
    const problems = typeof source === 'string' ? await loadOne(source, step) : source
    benchmarks.add(problems)
    const names = [...new Set(problems.map((problem) => problem.source))]
    const hash = createHash('sha256')
    for (const { prompt } of problems) hash.update(`${JSON.stringify(prompt)}\n`)
    named.push({
      name: names.join(', ') || 'an empty list',
      problems: problems.length,
      sha256: hash.digest('hex').slice(0, 16),
    })
  }
  return { benchmarks, without: named, skipped: [...skip] }
}

async function loadOne(source: string, step: string): Promise<Problem[]> {
  try {
    return await benchmarkPrompts(source)
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    const what = `${step} cannot compare the rows with ${JSON.stringify(source)}: ${error.message}`
    const file = `${source.split(/[:/]/).at(-1)!.toLowerCase()}.jsonl`
    const get =
      error.code === 'no-dataset'
        ? `Give its questions as a file: without: ['${file}'] (JSON Lines, JSON or CSV).`
        : error.fix
    throw new Stopped(error.code, what, `${get} Or go on without it, and the card says so: skip: ['${source}']`, error)
  }
}

export function checkAgainst({ without, skip }: AgainstOptions, example: string): void {
  const bad = (what: string): Stopped => new Stopped('bad-call', what, example)
  if (without !== undefined && !Array.isArray(without)) throw bad(`without is ${JSON.stringify(without)}, not a list.`)
  const other = without?.findIndex((source) => typeof source !== 'string' && !Array.isArray(source)) ?? -1
  if (other >= 0)
    throw bad(
      `without takes names, files or lists of problems, and number ${other} of them is ${passed(without![other])}.`,
    )
  if (skip === undefined) return
  if (!Array.isArray(skip)) throw bad(`skip is ${JSON.stringify(skip)}, not a list.`)
  const stray = skip.find((name) => !without?.includes(name))
  if (stray !== undefined)
    throw bad(`skip names ${JSON.stringify(stray)}, which is not one of the benchmarks in without.`)
}
