// The report's table of openness, row by row: what in a release fulfils it, or what is missing.
import type { Score } from '../rows.js'
import type { Code } from './code.js'

export interface Criterion {
  /** The row of the report's table. */
  what: 'data' | 'code' | 'report' | 'mathematics' | 'programs' | 'weights'
  open: boolean
  /** What fulfils it, or what to do so that something does. */
  by: string
}

interface Facts {
  /** The data card. */
  data: string
  code: Code
  scores: readonly Score[]
  notebook: string | undefined
  weights: string | undefined
  licence: string | undefined
  /** Weights were trained at all. */
  trained: boolean
}

/** Benchmarks of mathematics and of programs, by their names. */
const MATHS = /math|aime|amc|olympiad|gsm|number|door/i
const PROGRAMS = /code|apps|taco|humaneval|mbpp|lcb|leet|multipl/i

export function checkOpenness(facts: Facts): Criterion[] {
  const { code, scores, notebook, weights, licence, trained } = facts
  const named = (pattern: RegExp) =>
    [...new Set(scores.map(({ bench }) => bench))].filter((bench) => pattern.test(bench))
  const scored = (what: 'mathematics' | 'programs', pattern: RegExp): Criterion => {
    const benches = named(pattern)
    return {
      what,
      open: benches.length > 0,
      by:
        benches.length > 0 ? `scored on ${benches.join(', ')}` : `no score on ${what}: evaluate(model, { benches: … })`,
    }
  }
  // The card says when a source does not state its licence: nobody may pass such rows on.
  const unstated = /^license_name: not-stated$/m.test(facts.data)
  return [
    {
      what: 'data',
      open: !unstated,
      by: unstated
        ? 'data/ is there, and the licence of some of its rows is not stated (data/README.md)'
        : 'data/, with its card and its hash',
    },
    {
      what: 'code',
      open: code.url !== null && code.commit !== null && !code.changed,
      by:
        code.commit === null
          ? 'the folder is no git checkout: release(…, { code: FOLDER })'
          : code.changed
            ? `commit ${code.commit.slice(0, 12)}, with changes that are not committed: git commit`
            : code.url === null
              ? `commit ${code.commit.slice(0, 12)}, published nowhere: git push, or release(…, { codeURL })`
              : `${code.url} at ${code.commit.slice(0, 12)}`,
    },
    {
      what: 'report',
      open: notebook !== undefined,
      by: notebook ? 'report.ipynb, executed' : 'no executed notebook: release(…, { notebook })',
    },
    scored('mathematics', MATHS),
    scored('programs', PROGRAMS),
    {
      what: 'weights',
      open: trained && weights !== undefined && licence !== undefined,
      by: !trained
        ? 'the practice machine trained none'
        : weights === undefined
          ? 'nobody can fetch them: release(…, { weights: HUB_ID })'
          : licence === undefined
            ? `${weights}, without a licence: release(…, { licence })`
            : `${weights}, ${licence}`,
    },
  ]
}
