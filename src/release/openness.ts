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
  /** What benchmarks of one's own measure. */
  benches: Readonly<Record<string, Field>> | undefined
  notebook: string | undefined
  weights: string | undefined
  licence: string | undefined
  /** Weights were trained at all. */
  trained: boolean
}

export type Field = 'mathematics' | 'programs'

/** Published benchmarks, by the whole beginning of a name: 'MATH-500', 'livecodebench:easy', 'LiveCodeBench v5 hard'. */
const KNOWN: Record<Field, RegExp> = {
  mathematics: /^(math|math-?500|aime ?\d*|amc ?\d*|gsm-?8k|olympiad-?bench|minerva([- ]math)?)(?![a-z\d])/i,
  programs:
    /^(live-?code-?bench|lcb|human-?eval|mbpp|apps|taco|code-?contests|leet-?code|multipl-e|big-?code-?bench)(?![a-z\d])/i,
}

const FIELDS = Object.keys(KNOWN) as Field[]

export function checkOpenness(facts: Facts): Criterion[] {
  const { code, scores, notebook, weights, licence, trained } = facts
  const all = [...new Set(scores.map(({ bench }) => bench))]
  const fieldOf = (bench: string) => facts.benches?.[bench] ?? FIELDS.find((field) => KNOWN[field].test(bench))
  const scored = (what: Field): Criterion => {
    const benches = all.filter((bench) => fieldOf(bench) === what)
    const unknown = all.find((bench) => fieldOf(bench) === undefined)
    const own = unknown === undefined ? '' : `; or, if it is that, release(…, { benches: { '${unknown}': '${what}' } })`
    return {
      what,
      open: benches.length > 0,
      by:
        benches.length > 0
          ? `scored on ${benches.join(', ')}`
          : `no score on ${what}: evaluate(model, { benches: … })${own}`,
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
    ...FIELDS.map(scored),
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
