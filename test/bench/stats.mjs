// Our statistics beside scipy, statsmodels and inspect_ai on the same numbers.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { betaDistribution, betaQuantile, studentQuantile } from '../../dist/src/stats/beta.js'
import * as ours from '../../dist/src/stats/index.js'
import { binomialHalf, normalDistribution, normalQuantile } from '../../dist/src/stats/normal.js'
import { signFlip } from '../../dist/src/stats/permutation.js'

export const title = 'statistics: the same numbers as scipy, statsmodels and inspect_ai'
export const installs = 'scipy, statsmodels and inspect_ai from PyPI, about 400 MB'
export const minutes = 3

const here = path.dirname(fileURLToPath(import.meta.url))
const PEERS = ['numpy==2.4.6', 'scipy==1.17.1', 'statsmodels==0.15.0', 'inspect_ai==0.3.285']

/** Closed forms agree to this, and bootstraps on the same resamples. */
const CLOSE = 1e-9
/** Monte-Carlo results agree to so many of their standard errors. */
const ERRORS = 3

const ends = ({ low, high }) => [low, high]
const shares = (values) => Object.fromEntries(values.map((value, i) => [`p${i}`, value]))

/** What we give for a case; numbers in the order of the reference. */
const computed = {
  wilson: ([hits, n, confidence]) => ends(ours.wilson(hits, n, confidence)),
  clopperPearson: ([hits, n, confidence]) => ends(ours.clopperPearson(hits, n, confidence)),
  betaDistribution: (given) => betaDistribution(...given),
  betaQuantile: (given) => betaQuantile(...given),
  studentQuantile: (given) => studentQuantile(...given),
  normalDistribution: (given) => normalDistribution(...given),
  normalQuantile: (given) => normalQuantile(...given),
  passAtK: (given) => ours.passAtK(...given),
  majAtK: (given) => ours.majAtK(...given),
  clusteredMean([values, clusters]) {
    const { error, low, high } = ours.clusteredMean(values, clusters)
    return [error, low, high]
  },
  'ordinary error': ([values]) =>
    ours.clusteredMean(
      values,
      values.map((_, i) => i),
    ).error,
  mcnemar: ([b, c]) => binomialHalf(b, b + c),
  signFlip: ([differences]) => signFlip(differences),
  'paired interval': ([a, b]) => ends(ours.pairedDifference(shares(a), shares(b))),
  fisherExact: ([[a, b], [c, d]]) => ours.fisherExact(a, b, c, d),
  newcombe: ([a, n1, b, n2]) => ends(ours.unpairedDifference({ hits: a, n: n1 }, { hits: b, n: n2 })),
  holm: ([ps]) => ours.holm(ps),
  problemsNeeded: ([difference, between]) => ours.problemsNeeded(difference, { between }),
  mcnemarPower: (given) => ours.mcnemarPower(...given),
  'bootstrap same rows'([values, method, indices]) {
    const { low, high, error } = ours.bootstrap(values, { method, indices })
    return [low, high, error]
  },
  'bootstrap own rows': ([values]) => runs((seed) => ends(ours.bootstrap(values, { seed }))),
  'bootstrap error': ([values]) => runs((seed) => [ours.bootstrap(values, { seed }).error]),
}

/** Mean and standard deviation over ten seeds. */
function runs(of) {
  const all = Array.from({ length: 10 }, (_, seed) => of(seed + 1))
  const columns = all[0].map((_, i) => all.map((row) => row[i]))
  const mean = columns.map((column) => column.reduce((sum, x) => sum + x, 0) / column.length)
  const sd = columns.map((column, i) =>
    Math.sqrt(column.reduce((sum, x) => sum + (x - mean[i]) ** 2, 0) / (column.length - 1)),
  )
  return { mean, sd }
}

/** @param {ReturnType<import('./tools/index.mjs').makeTools>} tools */
export async function run(tools) {
  const python = tools.python('stats', PEERS)
  const { status, stdout, stderr } = spawnSync(python, [path.join(here, 'stats/reference.py')], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(stderr.slice(-2000))
  const cases = JSON.parse(stdout)
  const rows = new Map()
  for (const { fn, peer, input, want } of cases) {
    const row = rows.get(fn) ?? { fn, peer, cases: 0, worst: 0, bar: 'same to 1e-9', fine: true }
    rows.set(fn, row)
    row.cases++
    const got = computed[fn](input)
    if (want !== null && typeof want === 'object' && 'sd' in want) {
      row.bar = `within ${ERRORS} Monte-Carlo standard errors`
      for (const [i, mean] of [want.mean].flat().entries()) {
        // The error of one run of either side.
        const error = Math.hypot([want.sd].flat()[i], got.sd[i])
        const off = error === 0 ? 0 : Math.abs(mean - got.mean[i]) / error
        row.worst = Math.max(row.worst, off)
        row.fine &&= off <= ERRORS
      }
      continue
    }
    for (const [i, value] of [want].flat().entries()) {
      const mine = [got].flat()[i]
      const off = Math.abs(mine - value) / Math.max(1, Math.abs(value))
      row.worst = Math.max(row.worst, off)
      row.fine &&= off <= CLOSE
    }
  }
  const coverage = simulated()
  const table = tools.markdownTable(
    ['what', 'beside', 'cases', 'largest difference', 'bar', ''],
    [...rows.values()].map((row) => [
      row.fn,
      row.peer,
      row.cases,
      row.bar.startsWith('within') ? `${row.worst.toFixed(2)} errors` : row.worst.toExponential(1),
      row.bar,
      row.fine ? 'held' : 'NOT HELD',
    ]),
  )
  const covered = tools.markdownTable(
    ['interval, said to hold 95 %', 'n', 'k', 'held', '± simulated', 'mean width'],
    coverage.map((row) => [row.name, row.n, row.k, row.covered.toFixed(4), row.error.toFixed(4), row.width.toFixed(3)]),
  )
  tools.report('stats', `${table}\n\n${covered}\n\nProblems' rates in the simulation: uniform² (many hard ones).`, {
    agreement: [...rows.values()],
    coverage,
  })
  const broken = [...rows.values()].filter((row) => !row.fine)
  if (broken.length > 0) throw new Error(`not held: ${broken.map(({ fn }) => fn).join(', ')}`)
}

/** How often the intervals hold the mean that the problems were drawn from. */
function simulated() {
  const share = (uniform) => uniform() ** 2
  const intervals = {
    meanInterval: (values) => ours.meanInterval(values),
    'bootstrap BCa': (values) => ours.bootstrap(values, { resamples: 1000 }),
    'mean ± 1.96 errors': (values) => {
      const mean = values.reduce((sum, x) => sum + x, 0) / values.length
      const error = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1) / values.length)
      return { low: mean - 1.96 * error, high: mean + 1.96 * error }
    },
    'samples as if independent (wrong)': (values, k) =>
      ours.wilson(Math.round(values.reduce((sum, x) => sum + x, 0) * k), values.length * k),
  }
  return Object.entries(intervals).flatMap(([name, interval]) =>
    [
      { n: 30, k: 1 },
      { n: 30, k: 16 },
      { n: 200, k: 1 },
      { n: 200, k: 4 },
    ].map(({ n, k }) => ({
      name,
      n,
      k,
      ...ours.coverage((values) => interval(values, k), {
        n,
        k,
        share,
        trials: name.startsWith('boot') ? 1000 : 10_000,
      }),
    })),
  )
}
