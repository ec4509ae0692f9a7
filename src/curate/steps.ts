// The two comparisons of the mix as steps of their own: before sampling they cost nothing and save the tokens.

import { checkKnown } from '../known.js'
import type { Overlap, Problem, Rows, Twin } from '../rows.js'
import { Stopped } from '../stopped.js'
import { type Done, Step } from '../workspace/index.js'
import { type AgainstOptions, checkAgainst, loadBenchmarks } from './against.js'
import { NEAR, Seen } from './duplicates.js'
import type { Trace } from './near.js'

export interface DeduplicateOptions {
  /** Jaccard similarity from which two prompts are nearly the same problem; false looks for equal ones only. @default 0.7, and 0.8 where no answer is known */
  near?: number | false
}

/**
 * Says of each problem which earlier one it repeats: `twin`, absent for a new one. Nothing is dropped. Answers to one
 * problem (the same id) are no repeats of each other. Time is linear; memory about 1 kB a problem, texts are not kept.
 *
 * @example const once = (await deduplicate(asked)).filter((row) => !row.twin)
 */
export function deduplicate<T extends Problem>(
  rows: Rows<T>,
  options: DeduplicateOptions = {},
): Step<T & { twin?: Twin }> {
  const example = 'deduplicate(await problems(sources))'
  checkRows(rows, 'deduplicate', example)
  checkKnown('deduplicate(…)', options, { near: true })
  const { near = NEAR } = options
  if (near !== false && !(near > 0 && near <= 1))
    throw new Stopped('bad-call', `near is ${near}; it is a similarity above 0 and up to 1, or false.`, example)
  return new Step<T & { twin?: Twin }>({
    label: 'deduplicate',
    total: Array.isArray(rows) ? rows.length : undefined,
    async *run(signal): AsyncGenerator<Done<T & { twin?: Twin }>> {
      const seen = new Seen(near)
      const twins = new Map<string, Twin | undefined>()
      let place = 0
      for await (const row of rows) {
        signal.throwIfAborted()
        checkProblem(row, place, example)
        if (!twins.has(row.id)) twins.set(row.id, seen.add(row))
        const twin = twins.get(row.id)
        yield { row: twin ? { ...row, twin } : row, place: place++ }
      }
    },
    describe: ({ twin }) => (twin ? `${twin.how} duplicate` : undefined),
  })
}

/**
 * Says of each problem which benchmark's question it comes near: `overlap`, absent where none. Nothing is dropped;
 * `overlap.by` 'numbers' is the same problem with other numbers. Time is linear in the prompts.
 *
 * A phrase is told from a question by how many prompts have it, so a row that shares anything comes when all rows were
 * seen; one that shares nothing comes at once and is not kept.
 *
 * @throws Stopped where a benchmark cannot be loaded and `skip` does not name it.
 * @example const clean = (await decontaminate(asked, { without: ['math500', 'aime24'] })).filter((row) => !row.overlap)
 */
export function decontaminate<T extends Problem>(
  rows: Rows<T>,
  options: AgainstOptions,
): Step<T & { overlap?: Overlap }> {
  const example = "decontaminate(asked, { without: ['math500', 'aime24'] })"
  checkRows(rows, 'decontaminate', example)
  checkKnown('decontaminate(…)', options, { without: true, skip: true })
  if (!options?.without?.length)
    throw new Stopped('bad-call', 'decontaminate(…) got no benchmarks to compare with.', example)
  checkAgainst(options, example)
  return new Step<T & { overlap?: Overlap }>({
    label: 'decontaminate',
    total: Array.isArray(rows) ? rows.length : undefined,
    async *run(signal): AsyncGenerator<Done<T & { overlap?: Overlap }>> {
      const { benchmarks } = await loadBenchmarks(options, 'decontaminate')
      const counted = new Map<string, Trace>()
      const waiting: Done<T>[] = []
      let place = 0
      for await (const row of rows) {
        signal.throwIfAborted()
        checkProblem(row, place, example)
        const trace = counted.get(row.prompt) ?? benchmarks.survey(row.prompt)
        if (trace) {
          counted.set(row.prompt, trace)
          waiting.push({ row, place })
        } else yield { row, place }
        place++
      }
      for (const { row, place: at } of waiting) {
        signal.throwIfAborted()
        const overlap = benchmarks.find(row.prompt, counted.get(row.prompt))
        yield { row: overlap ? { ...row, overlap } : row, place: at }
      }
    },
    describe: ({ overlap }) => overlap && (overlap.by === 'numbers' ? 'other numbers' : 'near a benchmark'),
  })
}

function checkRows(rows: unknown, step: string, example: string): void {
  if (typeof rows !== 'object' || rows === null || !(Symbol.iterator in rows || Symbol.asyncIterator in rows))
    throw new Stopped('bad-call', `${step}(…) got ${rows === null ? 'null' : typeof rows} for its rows.`, example)
}

function checkProblem(row: Problem, place: number, example: string): void {
  if (typeof row?.id !== 'string' || typeof row.prompt !== 'string')
    throw new Stopped('bad-data', `Row ${place + 1} has no ${typeof row?.id === 'string' ? 'prompt' : 'id'}.`, example)
}
