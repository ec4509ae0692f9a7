import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { grade } from '../../../src/verify/math/index.js'
import { mutants } from './mutants.js'

it('of 20,000 mutants none is equal to what it was made from, either way, and each is equal to itself', () => {
  const wrong: string[] = []
  for (const { change, one, two } of mutants(20_000)) {
    const [forward, backward] = [grade(one, `\\boxed{${two}}`), grade(two, `\\boxed{${one}}`)]
    if (forward.equal || backward.equal) wrong.push(`${change}: ${one} and ${two}`)
    for (const text of [one, two]) if (!grade(text, `\\boxed{${text}}`).equal) wrong.push(`${text} and itself`)
  }
  expect(wrong).toEqual([])
}, 120_000)

it('the cases where we believe that another grader is wrong are decided as peers-wrong.md says', () => {
  const rows = readFileSync(new URL('peers-wrong.md', import.meta.url), 'utf8')
    .split('\n')
    .flatMap((line) => [.../^\| `(.*?)` \| `(.*?)` \| (yes|no) \|/g[Symbol.matchAll](line)])
  expect(rows.length).toBeGreaterThan(30)
  const found = rows.map(([, gold, pred]) => [gold, pred, grade(gold!, `\\boxed{${pred}}`).equal ? 'yes' : 'no'])
  expect(found).toEqual(rows.map(([, gold, pred, equal]) => [gold, pred, equal]))
})
