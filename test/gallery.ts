// One figure of every kind, on rows of the sizes that a run has: for tests and benches that look at all of them.
import { reformatEffect } from '../src/reformat/index.js'
import { inspectRepeats, releasedRepeats } from '../src/repeats/index.js'
import type { Score, TrainingRow } from '../src/rows.js'
import { type Figure, plot } from '../src/show/index.js'

/** The same numbers in every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648
}

const settings = { temperature: 0.7, topP: 1, maxTokens: 16_384, promptSet: 'skylab', promptHash: '0' } as const

function score(model: string, bench: string, n: number, k: number, skill: number, tokens: number): Score {
  const random = numbers(n * 31 + model.length)
  const counts = Array.from({ length: n }, () => {
    const own = Math.min(1, skill * 2 * random())
    return Array.from({ length: k }, () => random() < own).filter(Boolean).length
  })
  const value = counts.reduce((sum, c) => sum + c, 0) / (n * k)
  const reach = 1.96 * Math.sqrt((value * (1 - value)) / n)
  return {
    model,
    bench,
    value,
    low: Math.max(0, value - reach),
    high: Math.min(1, value + reach),
    n,
    k,
    cutOff: Math.round(n * k * 0.06),
    tokens,
    settings: { ...settings, grader: '1' },
    byProblem: Object.fromEntries(counts.map((c, i) => [`${bench}/${i + 1}`, c / k])),
  }
}

export const scores: Score[] = (
  [
    ['NovaSky-AI/Sky-T1-32B-Preview', 0.48, 6881],
    ['Qwen/Qwen2.5-32B-Instruct', 0.18, 970],
    ['Qwen/QwQ-32B-Preview', 0.52, 7379],
    ['o1-preview', 0.42, 5200],
  ] as const
).flatMap(([model, skill, tokens]) => [
  score(model, 'aime24', 30, 8, skill, tokens),
  score(model, 'math500', 500, 4, skill + 0.3, tokens / 3),
  score(model, 'gpqa', 198, 1, skill + 0.05, tokens / 2),
])

/** Rows at every end of the recipe, most of them kept. */
export const rows: TrainingRow[] = Array.from({ length: 900 }, (_, i) => {
  const random = numbers(i + 1)
  const fate = random()
  const source = (['numina:math', 'numina:olympiads', 'apps', 'taco', 'still2'] as const)[i % 5]!
  const domain = i % 5 < 2 ? 'math' : i % 5 < 4 ? 'code' : 'science'
  const no = (why: string) => ({ ok: false, why, detail: '' })
  const lost =
    fate < 0.1
      ? { finish: 'length', format: no('cut-off'), verdict: no('cut-off'), fate: { kept: false, ...no('cut-off') } }
      : fate < 0.3
        ? { verdict: no('wrong'), fate: { kept: false, ...no('wrong') } }
        : fate < 0.36
          ? { fate: { kept: false, why: 'near-benchmark', detail: '' } }
          : fate < 0.4
            ? { fate: { kept: false, why: 'duplicate', detail: '' } }
            : {}
  return {
    id: `p${i >> 1}`,
    source,
    kind: domain === 'code' ? 'code' : 'math',
    domain,
    prompt: 'question',
    sample: i % 2,
    model: 'teacher',
    asked: 'question',
    text: i % 17 === 0 ? 'I look at the sum once more. '.repeat(40) : 'The sum is 7, as it was before.',
    finish: 'stop',
    usage: { prompt: 10, completion: Math.round(200 + 9000 * random() ** 2) },
    dollars: null,
    seconds: 1,
    settings: { ...settings, seed: i },
    format: { ok: true, by: 'split' },
    verdict: { ok: true, how: 'exact' },
    fate: { kept: true, place: i },
    ...lost,
  } as unknown as TrainingRow
})

const compared = ['aime24', 'math500', 'gpqa', 'livecodebench hard'].map((bench, i) => ({
  a: 'Sky-T1-32B-Preview',
  b: 'Qwen2.5-32B-Instruct',
  bench,
  difference: [0.267, 0.062, -0.02, 0.081][i]!,
  ...(i < 3 && { low: [0.08, 0.03, -0.1][i]!, high: [0.44, 0.094, 0.06][i]!, p: [0.012, 0.0004, 0.6][i]! }),
}))

async function loss(): Promise<Figure> {
  const random = numbers(3)
  const curve = await plot.loss({
    label: 'run',
    async *steps() {
      for (let i = 1; i <= 513; i++)
        yield {
          step: i,
          total: 513,
          epoch: (3 * i) / 513,
          loss: 0.45 + 0.5 * Math.exp(-i / 60) + 0.06 * (random() - 0.5),
          lr: 1e-5 * Math.min(i / 51, 0.5 + 0.5 * Math.cos((Math.PI * (i - 51)) / 462)),
          seconds: 134 * i,
          eta: 134 * (513 - i),
        }
    },
  } as never)
  return curve.figure
}

/** The rows before they were reformatted: two thirds of the programs pass by an earlier block than the last. */
const asCame = rows.map((row, i) => {
  const tried = [{ block: 2, why: 'wrong' as const, passed: 0 }]
  const verdict = row.kind === 'code' && row.verdict.ok && i % 3 > 0 ? { ...row.verdict, tried } : row.verdict
  return { ...row, format: undefined, verdict } as never
})

/** A maker for every figure that `plot` has, by its name. */
export const gallery: Record<keyof typeof plot, () => Figure | Promise<Figure>> = {
  flow: () => plot.flow(rows),
  scores: () => plot.scores(scores, { published: true }),
  tokens: () => plot.tokens(scores),
  passk: () => plot.passk(scores),
  problems: () => plot.problems(scores),
  forest: () => plot.forest(compared),
  shares: () =>
    plot.shares(
      scores.map(({ model, bench, value, low, high, n }) => ({ name: bench, series: model, value, low, high, n })),
    ),
  loss,
  mix: () => plot.mix(rows, { quota: { math: 400, code: 300, science: 200 } }),
  lengths: () => plot.lengths(rows),
  reformat: () => plot.reformat(reformatEffect(asCame, rows)),
  repeats: () => plot.repeats(releasedRepeats(), { over: (row) => row.source }),
  onset: () => plot.onset(releasedRepeats()),
  wasted: () => plot.wasted(inspectRepeats(rows).rows as never),
  published: () => plot.published(),
  ablations: () => plot.ablations(),
  openness: () => plot.openness(),
}
