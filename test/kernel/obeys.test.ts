// What the library starts in a cell ends with the cell: counted where it arrives (test/ci has more of it).
import { afterAll, beforeAll, describe, it } from 'vitest'
import { Obeying } from './obeying.js'

let obeying: Obeying

beforeAll(async () => {
  obeying = await Obeying.start()
})
afterAll(() => obeying.close())

describe('a cell that is interrupted at any moment', () => {
  it.each([150])('sample after %i ms: no request comes after a second', (after) => obeying.sampleAsksNoMore(after))
  it('evaluate: no request comes after a second', () => obeying.evaluateAsksNoMore())
  it('the workspace is free for the next call, which goes on where it was', () => obeying.goesOn())
})
