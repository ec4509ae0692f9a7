// Thirty faults at random: no state lost, and a true status each time. SKYLAB_SEED repeats a run.
//
// Nearly all of it is waiting, so four go on at once, each on a machine of its own. Which fault meets which random
// numbers depends on the seed alone, not on which machine was free.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { drawn, inject, type Place, randomFrom, startPlace } from '../src/train.faults.js'

const seed = Number(process.env.SKYLAB_SEED ?? Date.now() % 1_000_000)
const COUNT = Number(process.env.SKYLAB_FAULTS ?? 30)
const LANES = 4

vi.setConfig({ maxConcurrency: LANES })

describe(`training through ${COUNT} faults, seed ${seed}`, () => {
  const random = randomFrom(seed)
  const all = drawn(COUNT, random).map((name, index) => {
    return [index + 1, name, randomFrom(Math.floor(random() * 2 ** 32))] as const
  })
  const table: string[] = []
  const places: Place[] = []
  let free: Place[] = []
  beforeAll(async () => {
    for (let lane = 0; lane < LANES; lane++) places.push(await startPlace())
    free = [...places]
  })
  afterAll(async () => {
    for (const place of places) await place.close()
    console.log(`seed ${seed}\n| # | fault | status |\n|---|---|---|\n${table.filter(Boolean).join('\n')}`)
  })

  it.concurrent.each(all)('%i: %s', async (index, name, own) => {
    const place = free.pop()
    if (!place) throw new Error(`more than ${LANES} faults at once`)
    try {
      const status = await inject(name, place, own)
      table[index] = `| ${index} | ${name} | ${status} |`
      expect(status).not.toBe('')
    } finally {
      free.push(place)
    }
  })
})
