// A few faults of test/ci/train-faults.test.ts, with a fixed seed: those that are quick and need no rights.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inject, type Place, randomFrom, startPlace } from './train.faults.js'
import { hasSshd } from './train.sshd.js'

describe.skipIf(!hasSshd)('training goes on', () => {
  const random = randomFrom(7)
  let place: Place
  beforeAll(async () => {
    place = await startPlace()
  })
  afterAll(() => place.close())

  it.each([
    'trainer crashes',
    'half-written checkpoint',
    'sshd restarted',
    'far folder deleted',
    'log moved or replaced',
  ])('when: %s', async (name) => {
    expect(await inject(name, place, random)).not.toBe('')
  })
})
