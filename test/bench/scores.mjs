// Scores of real runs, recomputed: the answers that the Sky-T1 team released, judged by ours and by the harness that
// wrote its verdicts beside them.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { agreement, score, verify, wilson } from '../../dist/src/index.js'

export const title = 'scores: accuracies of released runs, recomputed, beside the verdicts of their harness'
export const installs = 'nothing; needs ../shared/data/sky_outputs'
export const minutes = 2

/** @param {ReturnType<import('./tools/index.mjs').makeTools>} tools */
export async function run(tools) {
  const folder = tools.data('sky_outputs')
  if (!folder) return tools.log('../shared/data/sky_outputs is not here: nothing is measured')
  const files = readdirSync(folder).filter((file) =>
    /^(?!tools__).*__(aime24|amc23|math500)(__v2)?\.jsonl\.gz$/.test(file),
  )
  const table = []
  const every = []
  for (const file of files) {
    const lines = gunzipSync(readFileSync(path.join(folder, file)))
      .toString()
      .trim()
      .split('\n')
    const rows = lines.map((line) => asSample(JSON.parse(line), file.replace('.jsonl.gz', '')))
    every.push(...rows)
    const harness = rows.filter((row) => row.harness).length
    const scored = {}
    for (const policy of ['strict', 'sky-t1'])
      scored[policy] = score(file, await verify(rows, { policy, workers: 1 }), { policy })
    const said = wilson(harness, rows.length)
    table.push({
      file: file.replace('.jsonl.gz', ''),
      n: rows.length,
      harness: said.value,
      strict: scored.strict,
      report: scored['sky-t1'],
    })
  }
  const { pairs, differing } = await agreement(every, {
    harness: (row) => row.harness,
    strict: { policy: 'strict' },
    'sky-t1': { policy: 'sky-t1' },
  })
  const percent = (share) => (100 * share).toFixed(1)
  const lines = tools.markdownTable(
    ['run', 'n', 'harness', 'strict', '95 %', 'sky-t1'],
    table.map(({ file, n, harness, strict, report }) => [
      file,
      n,
      percent(harness),
      percent(strict.value),
      `${percent(strict.low)} to ${percent(strict.high)}`,
      percent(report.value),
    ]),
  )
  const agreed = tools.markdownTable(
    ['graders', 'answers', 'both right', 'only the first', 'only the second', 'neither', 'kappa'],
    pairs.map((one) => [
      `${one.a}, ${one.b}`,
      one.n,
      one.both,
      one.onlyA,
      one.onlyB,
      one.neither,
      one.kappa.toFixed(4),
    ]),
  )
  const look = differing.slice(0, 12).map(({ answer, verdicts, verdict }) => ({
    gold: answer,
    strict: verdicts.strict.compared?.pred ?? verdicts.strict.why,
    harness: verdict.ok,
    'strict says': verdicts.strict.ok ? verdicts.strict.how : verdicts.strict.why,
  }))
  tools.report(
    'scores',
    `${lines}\n\n${agreed}\n\n${differing.length} answers on which not all agree, among them:\n\n${look.map((one) => `- ${JSON.stringify(one)}`).join('\n')}`,
    {
      runs: table.map(({ file, n, harness, strict, report }) => ({
        file,
        n,
        harness,
        strict: strict.value,
        'sky-t1': report.value,
      })),
      pairs,
      differing: differing.length,
    },
  )
}

function asSample({ idx, gold, response, score: right }, run) {
  return {
    id: `${run}/${idx}`,
    source: run,
    kind: 'math',
    domain: 'math',
    prompt: '',
    answer: String(gold),
    sample: 0,
    model: run,
    asked: '',
    text: response,
    finish: 'stop',
    usage: { prompt: 0, completion: 0 },
    dollars: null,
    seconds: 0,
    settings: { temperature: 0, topP: null, maxTokens: 0, seed: 0, promptSet: 'own', promptHash: '' },
    harness: right === true || right?.[0] === true,
  }
}
