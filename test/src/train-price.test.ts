// What a GPU-hour costs: given, asked for, remembered, or the report's where nobody can be asked.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { train } from '../../src/train/index.js'
import { priceOf } from '../../src/train/price.js'
import { remember } from '../../src/train/records.js'
import { BASE, remove, temporary, writeSet } from './train.data.js'

const HOST = Symbol.for('skylab.host')
const globals = globalThis as Record<symbol, unknown>

let dir: string
let machine = 0
let on: string
beforeEach(() => {
  dir = temporary()
  on = `ssh://priced-${machine++}`
})
afterEach(() => {
  delete globals[HOST]
  remove(dir)
})

/** A keyboard at which these are typed, one after the other; gives the questions. */
function keyboard(...answers: string[]): string[] {
  const asked: string[] = []
  globals[HOST] = {
    display: () => undefined,
    signal: () => new AbortController().signal,
    prompt: async (text: string) => {
      asked.push(text)
      const answer = answers.shift()
      if (answer === undefined) throw new Error('asked once too often')
      return answer
    },
  }
  return asked
}

const price = (more: object = {}) => priceOf({ id: 'run-1', on }, { base: BASE, on, in: { dir }, ...more })

describe('the price of a GPU-hour', () => {
  it('is taken as given, nothing included, and nobody is asked', async () => {
    const asked = keyboard()
    expect(await price({ price: 2.5 })).toBe(2.5)
    expect(await price({ price: 0 })).toBe(0)
    await expect(price({ price: -1 })).rejects.toMatchObject({ code: 'bad-call' })
    expect(asked).toEqual([])
  })

  it('is asked for once for each machine; Enter is the report’s', async () => {
    const asked = keyboard('cheap', '$1.99')
    expect(await price()).toBe(1.99)
    expect(await price({ limit: 100 })).toBe(1.99)
    expect(asked).toHaveLength(2)
    expect(asked[0]).toContain(on)
    on = `${on}-other`
    keyboard('')
    expect(await price()).toBe(2.96)
    on = `${on}-third`
    keyboard('a', 'b', '-3')
    await expect(price()).rejects.toMatchObject({ code: 'bad-call' })
  })

  it('is the report’s where nobody can be asked, except where dollars are to end the run', async () => {
    expect(await price()).toBe(2.96)
    expect(await price({ limit: { hours: 3 } })).toBe(2.96)
    const limited = train(writeSet(dir), { base: BASE, on, in: { dir }, limit: 400, gpus: 1 })
    await expect(limited).rejects.toMatchObject({
      code: 'bad-call',
      message: expect.stringMatching(/A limit of 400 dollars needs the price .* nobody to ask/),
      fix: expect.stringContaining('limit: 400, price: 2.96'),
    })
  })

  it('stays what a run was started with, and is no question on the practice machine', async () => {
    const asked = keyboard()
    remember({ dir }, { id: 'run-1', price: 3.25, dir: '/far/run-1' } as never)
    expect(await price()).toBe(3.25)
    on = 'practice'
    expect(await price()).toBe(2.96)
    expect(asked).toEqual([])
  })
})
