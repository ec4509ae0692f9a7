// The same problems, quota and seed give the same files: in two folders, with one worker and with two, in any order.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dataset, mix } from '../../src/curate/index.js'
import { problems } from '../../src/problems/index.js'
import { reformat } from '../../src/reformat/index.js'
import { practice, sample } from '../../src/sample/index.js'
import { verify } from '../../src/verify/index.js'
import { workspace } from '../../src/workspace/index.js'

const HOST = Symbol.for('skylab.host')
let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-same-'))
  const signal = new AbortController().signal
  Object.assign(globalThis, { [HOST]: { display() {}, signal: () => signal, prompt: () => Promise.resolve('') } })
})

afterAll(() => {
  delete (globalThis as Record<symbol, unknown>)[HOST]
  rmSync(folder, { recursive: true, force: true })
})

/** From the problems to the files, as a clone of the project would do it. */
async function clone(name: string, workers: number, backwards: boolean) {
  const work = workspace(path.join(folder, name))
  const asked = await problems('practice', { limit: 24, seed: 7 })
  const order = backwards ? [...asked].reverse() : asked
  const raw = await sample(order, { model: practice.teacher(), in: work, n: 2 })
  const tidy = await reformat(raw, { model: practice.reformatter(), in: work })
  const judged = await verify(tidy, { workers })
  const rows = await mix(judged, { math: 8, code: 4, science: 2 }, { seed: 7, without: ['practice:bench'] })
  const made = await dataset(rows, { name: 'same', in: work, formats: ['json', 'parquet'] })
  await work.close()
  return made
}

it('one worker and two, forwards and backwards, in two folders', async () => {
  const one = await clone('one', 1, false)
  const two = await clone('two', 2, true)
  expect(one.rows).toBeGreaterThan(6)
  expect(two.files).toEqual(one.files)
}, 120_000)
