// The canonical spelling names every kept answer: it may never change, or what was paid for is asked again.
import { expect, test } from 'vitest'
import { randomFrom } from '../../src/stats/random.js'
import { canonical, keyOf } from '../../src/workspace/canonical.js'

/** The spelling as JSON.stringify gives it, in the words of the documentation: members sorted, the rest as it is. */
function byReplacer(value: unknown): string | undefined {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  )
}

const NAMES = ['a', 'b', 'A', 'ä', 'zz', '', '-1', '1.5', '01', '9', '10', '4294967294', '4294967295', '__proto__']
const LEAVES = [
  1,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  1e21,
  1e-7,
  'a "quoted"\n\u2028 text',
  '\ud800',
  null,
  undefined,
  true,
  Symbol('a'),
  () => 1,
  new Date(5),
  new Map([[1, 2]]),
  new Number(3),
  new String('ab'),
]

test('is what a sorting replacer of JSON.stringify gives, for 20,000 random values', () => {
  const random = randomFrom(11)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const made = (depth: number): unknown => {
    const kind = random()
    if (depth > 3 || kind < 0.4) return pick(LEAVES)
    if (kind < 0.6) return Array.from({ length: Math.floor(random() * 4) }, () => made(depth + 1))
    const value = {}
    for (let left = Math.floor(random() * 6); left > 0; left--)
      Object.defineProperty(value, pick(NAMES), {
        value: made(depth + 1),
        enumerable: random() < 0.95,
        configurable: true,
      })
    if (random() < 0.05) Object.assign(value, { toJSON: (name: string) => [name, { b: 1, a: 2 }] })
    return value
  }
  for (let i = 0; i < 20_000; i++) {
    const value = made(0)
    const [ours, theirs] = [canonical(value), byReplacer(value)]
    if (ours !== theirs) expect(ours).toBe(theirs)
  }
})

test('a key is the one of the journals that are on disk', () => {
  expect(keyOf({ model: 'm', messages: [{ role: 'user', content: 'What is 2 + 2?' }], seed: 7, nth: undefined })).toBe(
    '8d42fc07f9ca92107d0ac6d382a0eb64',
  )
})
