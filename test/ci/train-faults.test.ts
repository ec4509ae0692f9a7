// Thirty faults at random: no state lost, and a true status each time. SKYLAB_SEED repeats a run.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawn, inject, type Place, randomFrom, startPlace } from '../src/train.faults.js'

const seed = Number(process.env.SKYLAB_SEED ?? Date.now() % 1_000_000)
const COUNT = Number(process.env.SKYLAB_FAULTS ?? 30)

describe(`training through ${COUNT} faults, seed ${seed}`, () => {
  const random = randomFrom(seed)
  const table: string[] = []
  let place: Place
  beforeAll(async () => {
    place = await startPlace()
  })
  afterAll(async () => {
    await place.close()
    console.log(`seed ${seed}\n| # | fault | status |\n|---|---|---|\n${table.join('\n')}`)
  })

  it.each(drawn(COUNT, random).map((name, index) => [index + 1, name] as const))('%i: %s', async (index, name) => {
    const status = await inject(name, place, random)
    table.push(`| ${index} | ${name} | ${status} |`)
    expect(status).not.toBe('')
  })
})
