import { describe, it } from 'vitest'
import { walk } from './walk.js'

type Result = boolean | number

describe('lesson 04', () => {
  it('04.1: where one too large begins to pass', () =>
    walk('04.1', {
      right: 9999,
      wrong: [
        [10_000, /\*small\* begins to pass/],
        [20_160, /not there for the first time/],
        [5, /the other rule: the percent sign/],
        [0, /Begin at 1/],
        ['9999', /leave out the quotes/],
      ],
    }))

  it('04.2: what a pass is', () =>
    walk('04.2', {
      right: (results: Result[]) => results.length > 0 && results.every((result) => result === true),
      wrong: [
        [(results: Result[]) => results.every(Boolean), /does not compile passes/],
        [(results: Result[]) => results.every((result) => result === true), /met no test/],
        [(results: Result[]) => results.some((result) => result === true), /One test of three/],
        [(results: Result[]) => !results.includes(false) && !results.includes(-2), /crashed in its last test/],
        [(results: Result[]) => results.every((result) => result === false), /Every test said true/],
        [(results: Result[]) => results.length, /true or false is asked for/],
      ],
    }))
})
