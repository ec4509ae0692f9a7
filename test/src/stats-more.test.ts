// Closed forms against published tables and enumeration; what scipy, statsmodels and inspect_ai say is compared in
// `npm run bench -- stats`.
import { describe, expect, it } from 'vitest'
import { betaDistribution, betaQuantile, logGamma, studentQuantile } from '../../src/stats/beta.js'
import {
  bootstrap,
  clopperPearson,
  clusteredMean,
  coverage,
  fisherExact,
  majAtK,
  majorityOf,
  mcnemarPower,
  meanInterval,
  pairedDifference,
  passOf,
  problemsNeeded,
  samplesCurve,
  samplesNeeded,
  smallestDifference,
  spreadOf,
  unpairedDifference,
  wilson,
} from '../../src/stats/index.js'
import { binomialHalf } from '../../src/stats/normal.js'
import { signFlip, signFlipDrawn } from '../../src/stats/permutation.js'
import { randomFrom, resamples } from '../../src/stats/random.js'

describe('the distributions underneath', () => {
  it('agree with tables', () => {
    // Factorials; Abramowitz and Stegun, table 26.10 (Student's t), and sums of binomial probabilities.
    for (let n = 1, factorial = 1; n <= 20; factorial *= ++n)
      expect(logGamma(n + 1)).toBeCloseTo(Math.log(factorial), 11)
    expect(studentQuantile(0.975, 1)).toBeCloseTo(12.7062047361747, 8)
    expect(studentQuantile(0.975, 29)).toBeCloseTo(2.0452296421327, 10)
    expect(studentQuantile(0.025, 29)).toBeCloseTo(-2.0452296421327, 10)
    expect(studentQuantile(0.5, 5)).toBe(0)
    // One degree of freedom is Cauchy's distribution: tan(π (p − 1 / 2)).
    expect(studentQuantile(1e-6, 1) / Math.tan(Math.PI * (1e-6 - 0.5))).toBeCloseTo(1, 10)
    expect(betaDistribution(0.3, 1, 1)).toBeCloseTo(0.3, 14)
    expect(betaDistribution(0.25, 2, 3)).toBeCloseTo(1 - 0.75 ** 4 - 4 * 0.25 * 0.75 ** 3, 13)
    expect(betaDistribution(betaQuantile(0.2, 13, 18), 13, 18)).toBeCloseTo(0.2, 12)
  })
})

describe('clopperPearson', () => {
  it('is what its definition says: the binomial tails beyond it hold 2.5 % each', () => {
    const n = 30
    const tail = (p: number, from: number, to: number) => {
      let sum = 0
      for (let k = from; k <= to; k++) {
        let ways = 1
        for (let i = 0; i < k; i++) ways *= (n - i) / (i + 1)
        sum += ways * p ** k * (1 - p) ** (n - k)
      }
      return sum
    }
    for (const hits of [1, 5, 11, 13, 15, 29]) {
      const { low, high } = clopperPearson(hits, n)
      expect(tail(low, hits, n)).toBeCloseTo(0.025, 11)
      expect(tail(high, 0, hits)).toBeCloseTo(0.025, 11)
      expect(low).toBeLessThan(wilson(hits, n).low)
    }
    // 0 of 30: 1 − 0.025 ^ (1 / 30).
    expect(clopperPearson(0, 30)).toMatchObject({ value: 0, low: 0 })
    expect(clopperPearson(0, 30).high).toBeCloseTo(1 - 0.025 ** (1 / 30), 12)
    expect(clopperPearson(30, 30).low).toBeCloseTo(0.025 ** (1 / 30), 12)
    expect(() => clopperPearson(1.5, 3)).toThrow('got 1.5')
  })
})

describe('clusteredMean', () => {
  const values = [1, 0, 1, 1, 0, 0, 1, 0]
  it('is the ordinary standard error with one value a cluster', () => {
    const variance = 0.5 ** 2 * (8 / 7)
    expect(clusteredMean(values, [...values.keys()]).error).toBeCloseTo(Math.sqrt(variance / 8), 14)
  })
  it('counts copies of one answer as one', () => {
    const once = clusteredMean([1, 0, 1], ['a', 'b', 'c'])
    const copied = clusteredMean([1, 1, 1, 0, 0, 0, 1, 1, 1], ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'])
    expect(copied.error).toBeCloseTo(once.error, 14)
    expect(copied.high).toBeCloseTo(once.high, 12)
  })
  it('knows nothing from one cluster', () => {
    expect(clusteredMean([1, 0], ['a', 'a'])).toMatchObject({ low: -Infinity, high: Infinity, clusters: 1 })
    expect(() => clusteredMean([1], [])).toThrow('1 values and 0 clusters')
  })
})

describe('majAtK', () => {
  it('is what counting all subsets gives, ties by chance, silence without a vote', () => {
    const answers = [0, 1, null, 1, 0, 2, null, 0]
    const right = answers.map((answer) => answer === 0)
    for (let k = 1; k <= answers.length; k++) {
      let [sum, count] = [0, 0]
      for (let set = 0; set < 1 << answers.length; set++) {
        const taken = answers.filter((_, i) => set & (1 << i))
        if (taken.length !== k) continue
        const votes = [0, 1, 2].map((answer) => taken.filter((one) => one === answer).length)
        const most = Math.max(...votes)
        count++
        if (most > 0 && votes[0] === most) sum += 1 / votes.filter((vote) => vote === most).length
      }
      expect(majAtK(answers, right, k)).toBeCloseTo(sum / count, 12)
    }
  })
  it('draws where there are too many subsets, near what counting gives', () => {
    const answers = Array.from({ length: 64 }, (_, i) => (i < 26 ? 0 : i < 40 ? 1 : i - 40 + 2))
    const right = answers.map((answer) => answer === 0)
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k)
    // 26 of one, 14 of another, 24 each their own: i, j and s votes among nine.
    let exact = 0
    for (let i = 0; i <= 9; i++)
      for (let j = 0; i + j <= 9; j++) {
        const s = 9 - i - j
        const most = Math.max(i, j, s > 0 ? 1 : 0)
        const winners = (i === most ? 1 : 0) + (j === most ? 1 : 0) + (most === 1 ? s : 0)
        if (i === most) exact += (choose(26, i) * choose(14, j) * choose(24, s)) / choose(64, 9) / winners
      }
    const drawn = majAtK(answers, right, 9)
    // Three standard errors of 10,000 draws.
    expect(Math.abs(drawn - exact)).toBeLessThan(3 * Math.sqrt((exact * (1 - exact)) / 10_000))
    expect(drawn).toBe(majAtK(answers, right, 9))
    expect(majAtK(answers, right, 64)).toBe(1)
  })
  it('is the share of right samples for k = 1, and nothing where nobody answers', () => {
    expect(majAtK([0, 1, 1, null], [true, false, false, false], 1)).toBeCloseTo(0.25, 14)
    expect(majAtK([null, null], [false, false], 2)).toBe(0)
    expect(() => majAtK([0], [true], 2)).toThrow('k must be a whole number between 1 and n = 1')
  })
})

describe('bootstrap', () => {
  const shares = [0, 0.25, 1, 0.5, 0.75, 1, 0, 0.25, 0.5, 0.25, 0, 1]
  it('gives the same interval for the same seed, and nearly the same for another', () => {
    const one = bootstrap(shares, { seed: 1 })
    expect(bootstrap(shares, { seed: 1 })).toEqual(one)
    const other = bootstrap(shares, { seed: 2 })
    expect(other.error).not.toBe(one.error)
    expect(Math.abs(other.low - one.low)).toBeLessThan(0.02)
    expect(one.value).toBeCloseTo(5.5 / 12, 14)
  })
  it('matches every resample of three values, listed', () => {
    const all = Array.from({ length: 27 }, (_, i) => [i % 3, Math.floor(i / 3) % 3, Math.floor(i / 9)])
    const { low, high, error } = bootstrap([0, 1, 5], { method: 'percentile', indices: all })
    const means = all.map((rows) => rows.reduce((sum, i) => sum + [0, 1, 5][i]!, 0) / 3).sort((a, b) => a - b)
    // 2.5 % of the way through 27 sorted means: between the first and the second.
    expect(low).toBeCloseTo(means[0]! + 0.65 * (means[1]! - means[0]!), 12)
    expect(high).toBeCloseTo(means[26]! - 0.65 * (means[26]! - means[25]!), 12)
    const mean = means.reduce((sum, x) => sum + x, 0) / 27
    expect(error).toBeCloseTo(Math.sqrt(means.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 26), 12)
  })
  it('takes any statistic, and is a point where nothing varies', () => {
    const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
    expect(bootstrap(shares, { statistic: median, resamples: 500 }).value).toBe(0.5)
    expect(bootstrap([1, 1, 1])).toMatchObject({ value: 1, low: 1, high: 1, error: 0 })
    expect(() => bootstrap([])).toThrow('there is no value')
  })
  it('draws evenly from a generator that is the same everywhere', () => {
    const random = randomFrom(42)
    expect([random(), random(), random()]).toMatchSnapshot()
    const counts = new Array(10).fill(0)
    for (const rows of resamples(10, 10_000, 3)) for (const i of rows) counts[i]++
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })
})

describe('two independent shares', () => {
  it("give the p of the report's table: 13 against 5 of 30, and the others", () => {
    const p = (a: number, b: number, n: number) => unpairedDifference({ hits: a, n }, { hits: b, n }).p
    expect(p(13, 5, 30)).toBeCloseTo(0.047, 3)
    expect(p(13, 15, 30)).toBeCloseTo(0.796, 3)
    expect(p(13, 12, 30)).toBe(1)
    expect(p(13, 11, 30)).toBeCloseTo(0.79, 2)
    expect(p(412, 381, 500)).toBeCloseTo(0.019, 3)
    expect(p(117, 84, 206)).toBeCloseTo(0.0016, 4)
    expect(p(157, 154, 182)).toBeCloseTo(0.77, 2)
    expect(p(22, 12, 123)).toBeCloseTo(0.095, 3)
  })
  it('is what listing all tables gives', () => {
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k)
    for (const [a, b, c, d] of [
      [3, 1, 1, 3],
      [0, 5, 5, 0],
      [2, 7, 8, 2],
      [4, 0, 0, 0],
    ] as const) {
      const n = a + b + c + d
      const weight = (x: number) =>
        x < 0 || x > a + b || a + c - x < 0 || a + c - x > c + d ? 0 : choose(a + b, x) * choose(c + d, a + c - x)
      let sum = 0
      for (let x = 0; x <= n; x++) if (weight(x) > 0 && weight(x) <= weight(a) * (1 + 1e-9)) sum += weight(x)
      expect(fisherExact(a, b, c, d)).toBeCloseTo(sum / choose(n, a + c), 12)
    }
    expect(() => fisherExact(1, 2, 3, 0.5)).toThrow('got 0.5')
  })
  it("has Newcombe's interval: 56/70 less 48/80 is 0.2 [0.0524, 0.3339]", () => {
    // Newcombe (1998), table II, method 10.
    const { difference, low, high } = unpairedDifference({ hits: 56, n: 70 }, { hits: 48, n: 80 })
    expect(difference).toBeCloseTo(0.2, 12)
    expect(low).toBeCloseTo(0.0524, 4)
    expect(high).toBeCloseTo(0.3339, 4)
  })
})

describe('pairedDifference, further', () => {
  const shares = (values: number[]) => Object.fromEntries(values.map((value, i) => [`p${i}`, value]))
  it('counts the problems that decide', () => {
    expect(pairedDifference(shares([1, 1, 0, 0]), shares([1, 0, 1, 0]))).toMatchObject({ better: 1, worse: 1 })
  })
  it('draws signs where the shares have no common denominator; where they have, near the exact p', () => {
    const differences = [0.5, 0.25, 0.75, -0.25, 0.5, 0.25, 0.5, 0.75]
    const exact = signFlip(differences)!
    expect(Math.abs(signFlipDrawn(differences) - exact)).toBeLessThan(0.003)
    const noisy = differences.map((d, i) => d + 1e-4 * Math.sqrt(i + 2))
    expect(signFlip(noisy)).toBeUndefined()
    const a = shares(noisy.map((d) => Math.max(0, d)))
    const b = shares(noisy.map((d) => Math.max(0, -d)))
    expect(pairedDifference(a, b).test).toBe('sign-flip drawn')
  })
  it('has a bootstrap interval on request, near the other', () => {
    const a = shares(Array.from({ length: 40 }, (_, i) => (i % 4) / 4))
    const b = shares(Array.from({ length: 40 }, (_, i) => ((i * 7) % 5) / 5))
    const [student, drawn] = [pairedDifference(a, b), pairedDifference(a, b, { interval: 'bootstrap' })]
    expect(Math.abs(drawn.low - student.low)).toBeLessThan(0.03)
    expect(drawn.p).toBe(student.p)
  })
})

describe('power', () => {
  it("is Miller's formula: (1.96 + 0.8416)² · variance / δ²", () => {
    expect(problemsNeeded(0.03, { between: 1 / 9 })).toBe(969) // 7.849 · (1 / 9) / 0.0009 = 969.0
    expect(problemsNeeded(0.1, { between: 0.3 })).toBe(236)
    expect(problemsNeeded(0, { between: 0.3 })).toBe(Infinity)
    // AIME: 30 problems, 30 % discordant, one sample: 28 points.
    expect(smallestDifference(30, { between: 0.3 })).toBeCloseTo(0.28, 2)
  })
  it('says how many samples help, and when none do', () => {
    const spread = { between: 0.02, withinA: 0.15 }
    const k = samplesNeeded(0.1, 30, spread)
    expect(problemsNeeded(0.1, { ...spread, kA: k })).toBeLessThanOrEqual(30)
    expect(problemsNeeded(0.1, { ...spread, kA: k - 1 })).toBeGreaterThan(30)
    expect(samplesNeeded(0.05, 30, spread)).toBe(Infinity)
  })
  it("is exact for McNemar's test: what listing all outcomes of six problems gives", () => {
    const [better, worse, n] = [0.5, 0.1, 6]
    let power = 0
    for (let outcome = 0; outcome < 3 ** n; outcome++) {
      let [plus, minus, chance] = [0, 0, 1]
      for (let i = 0, rest = outcome; i < n; i++, rest = Math.floor(rest / 3)) {
        const kind = rest % 3
        chance *= [better, worse, 1 - better - worse][kind]!
        if (kind === 0) plus++
        if (kind === 1) minus++
      }
      if (binomialHalf(plus, plus + minus) <= 0.05) power += chance
    }
    expect(mcnemarPower(better, worse, n)).toBeCloseTo(power, 12)
    expect(mcnemarPower(0, 0, 30)).toBe(0)
  })

  it('of McNemar goes on smoothly where it is approximated, up to a million problems', () => {
    // 0.14 of 14,285 is the last exact one; the sum and the formula part by less than 0.001.
    const [exact, formula] = [mcnemarPower(0.075, 0.065, 14_285), mcnemarPower(0.075, 0.065, 14_286)]
    expect(Math.abs(exact - formula)).toBeLessThan(0.001)
    expect(mcnemarPower(0.05, 0.05, 1_000_000)).toBeCloseTo(0.05, 2)
    expect(mcnemarPower(0.1, 0.05, 1_000_000)).toBeCloseTo(1, 12)
    expect(mcnemarPower(0.05, 0.1, 1_000_000)).toBeCloseTo(1, 12)
  })

  it('splits what was seen into problems and sampling', () => {
    const spread = spreadOf([0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.5, 0.5], 4, 4)
    // Equal shares everywhere: all of the variance is sampling, p(1 − p) · k / (k − 1).
    expect(spread).toMatchObject({ between: 0, withinA: 1 / 3 })
  })
})

describe('coverage', () => {
  it('finds 95 ± 1 % for the interval of a mean of k samples, and less for samples taken as independent', () => {
    const share = (uniform: () => number) => uniform() ** 2
    for (const { n, k } of [
      { n: 100, k: 1 },
      { n: 100, k: 4 },
    ]) {
      const { covered } = coverage((values) => meanInterval(values), { n, k, share, trials: 4000 })
      expect(covered).toBeGreaterThan(0.94)
      expect(covered).toBeLessThan(0.96)
    }
    const asIf = (values: readonly number[]) =>
      wilson(Math.round(values.reduce((s, x) => s + x, 0) * 16), values.length * 16)
    expect(coverage(asIf, { n: 30, k: 16, share, trials: 1000 }).covered).toBeLessThan(0.7)
  })
})

describe('a score at another k', () => {
  const score = {
    model: 'm',
    bench: 'b',
    n: 2,
    k: 4,
    byProblem: { x: 0.5, y: 0 },
    outcomes: { x: ['right', 'right', 'wrong', 'cut-off'], y: ['wrong', 'wrong', 'wrong', 'no-answer'] },
    answers: { x: [0, 0, 1, null], y: [0, 1, 2, null] },
  }
  it('is pass@k and maj@k for every k up to the samples taken', () => {
    expect(passOf(score, 1).value).toBeCloseTo(0.25)
    expect(passOf(score, 2).value).toBeCloseTo((1 - 1 / 6) / 2)
    expect(majorityOf(score as never, 4)!.value).toBe(0.5)
    const curve = samplesCurve(score as never)
    expect(curve.map(({ k }) => k)).toEqual([1, 2, 4])
    expect(curve[0]!.majority).toBeCloseTo(0.25)
    expect(majorityOf({ ...score, answers: { x: [0, 0, 1, null] } } as never, 2)).toBeUndefined()
  })
})
