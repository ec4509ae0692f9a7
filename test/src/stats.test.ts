import { describe, expect, it } from 'vitest'
import { holm, meanInterval, pairedDifference, passAtK, wilson } from '../../src/stats/index.js'
import { binomialHalf, normalDistribution, normalQuantile } from '../../src/stats/normal.js'
import { signFlip } from '../../src/stats/permutation.js'

describe('the normal distribution', () => {
  it('agrees with published tables', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10)
    expect(normalQuantile(0.995)).toBeCloseTo(2.5758293035489004, 10)
    expect(normalDistribution(1)).toBeCloseTo(0.8413447460685429, 12)
    expect(normalDistribution(-6)).toBeCloseTo(9.865876450376946e-10, 18)
    expect(normalDistribution(4.9) + normalDistribution(-4.9)).toBeCloseTo(1, 14)
  })
})

describe('wilson', () => {
  it("gives the intervals of the report's AIME24 scores", () => {
    const thirteen = wilson(13, 30)
    expect(100 * thirteen.value).toBeCloseTo(43.3, 1)
    expect(100 * thirteen.low).toBeCloseTo(27.4, 1)
    expect(100 * thirteen.high).toBeCloseTo(60.8, 1)
    expect(100 * wilson(412, 500).low).toBeCloseTo(78.8, 1)
  })
  it('stays inside 0 … 1 at the ends', () => {
    expect(wilson(0, 10).low).toBe(0)
    expect(wilson(0, 10).high).toBeCloseTo(0.2775, 3)
    expect(wilson(10, 10).high).toBe(1)
  })
  it('knows nothing from nothing, and refuses nonsense', () => {
    expect(wilson(0, 0)).toEqual({ value: Number.NaN, low: 0, high: 1 })
    expect(() => wilson(5, 4)).toThrow('hits must be between 0 and n = 4, got 5')
  })
  it('covers the true share 95 times in 100 on average over shares', () => {
    // Exact coverage for n = 30, by summing the binomial probabilities of the intervals that hold the share.
    const coverage = (share: number) => {
      let covered = 0
      let probability = (1 - share) ** 30
      for (let hits = 0; hits <= 30; hits++) {
        const { low, high } = wilson(hits, 30)
        if (low <= share && share <= high) covered += probability
        probability *= ((30 - hits) / (hits + 1)) * (share / (1 - share))
      }
      return covered
    }
    const shares = Array.from({ length: 199 }, (_, i) => (i + 1) / 200)
    const mean = shares.reduce((sum, share) => sum + coverage(share), 0) / shares.length
    expect(mean).toBeGreaterThan(0.945)
    expect(mean).toBeLessThan(0.96)
  })
})

describe('meanInterval', () => {
  it('is Wilson with one sample a problem', () => {
    expect(meanInterval([1, 0, 1, 1])).toEqual(wilson(3, 4))
  })
  it('narrows with more samples of each problem, but not as if they were more problems', () => {
    const one = meanInterval([1, 0, 1, 0, 1, 0, 1, 0])
    const many = meanInterval([0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25])
    expect(many.high - many.low).toBeLessThan(one.high - one.low)
    expect(many.value).toBe(0.5)
    const same = wilson(32, 64)
    expect(many.high - many.low).toBeGreaterThan(same.high - same.low)
  })
})

describe('passAtK', () => {
  it('is what counting all subsets gives', () => {
    for (let n = 1; n <= 8; n++)
      for (let c = 0; c <= n; c++)
        for (let k = 1; k <= n; k++) {
          let hit = 0
          let all = 0
          for (let set = 0; set < 1 << n; set++) {
            if (set.toString(2).replaceAll('0', '').length !== k) continue
            all++
            if (set & ((1 << c) - 1)) hit++
          }
          expect(passAtK(n, c, k)).toBeCloseTo(hit / all, 12)
        }
  })
  it('refuses k above n', () => expect(() => passAtK(4, 1, 8)).toThrow('k must be between 1 and n = 4, got 8'))
})

describe('pairedDifference', () => {
  const shares = (bits: string) => Object.fromEntries([...bits].map((bit, i) => [`p${i}`, Number(bit)]))
  it('is McNemar exact where all shares are 0 or 1', () => {
    const result = pairedDifference(shares('1111100000'), shares('1100000001'))
    expect(result).toMatchObject({ test: 'McNemar exact', n: 10 })
    expect(result.difference).toBeCloseTo(0.2)
    expect(result.p).toBeCloseTo(0.625) // 3 against 1 of 4: 2 · (1 + 4) / 16
  })
  it('sees no difference between a model and itself', () => {
    expect(pairedDifference(shares('10110'), shares('10110'))).toMatchObject({ difference: 0, p: 1 })
    expect(pairedDifference({ a: 0.5, b: 0.25 }, { a: 0.5, b: 0.25 }).p).toBe(1)
  })
  it('pairs by problem and ignores what only one answered', () => {
    expect(pairedDifference({ a: 1, b: 0, c: 1 }, { b: 0, a: 1, d: 1 }).n).toBe(2)
  })
  it("finds no evidence in the report's data-mix step on AIME24: 13 against 11 of 30", () => {
    // The best case for a difference: the 11 are among the 13.
    expect(pairedDifference(shares('1'.repeat(13) + '0'.repeat(17)), shares('1'.repeat(11) + '0'.repeat(19))).p).toBe(
      0.5,
    )
  })
})

describe('signFlip', () => {
  it('is what trying all signs gives', () => {
    for (const differences of [
      [0.5, 0.5, -0.25],
      [1, 0.25, 0.75, 0, -0.5, 0.25],
      [1 / 3, 2 / 3, -1 / 3, 1],
      [0, 0],
    ]) {
      const seen = Math.abs(differences.reduce((sum, d) => sum + d, 0))
      let extreme = 0
      for (let signs = 0; signs < 1 << differences.length; signs++) {
        const sum = differences.reduce((total, d, i) => total + (signs & (1 << i) ? d : -d), 0)
        if (Math.abs(sum) >= seen - 1e-9) extreme++
      }
      expect(signFlip(differences)).toBeCloseTo(extreme / 2 ** differences.length, 12)
    }
  })
  it('is never surer than the number of problems allows: 12 problems all one way is 2 / 2 ** 12', () => {
    expect(signFlip(Array.from({ length: 12 }, (_, i) => (i % 2 ? 1 : 0.5)))).toBeCloseTo(2 / 2 ** 12, 15)
  })
  it('takes hundreds of problems, and no numbers without a common denominator', () => {
    expect(signFlip(Array.from({ length: 500 }, (_, i) => (i % 3 ? 0.5 : -0.5)))).toBeLessThan(1e-6)
    expect(signFlip([Math.PI, 0.1])).toBeUndefined()
  })
})

describe('binomialHalf and holm', () => {
  it('match the textbook', () => {
    expect(binomialHalf(0, 5)).toBeCloseTo(2 / 32)
    expect(binomialHalf(3, 6)).toBe(1)
    expect(binomialHalf(0, 0)).toBe(1)
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06])
  })
})
