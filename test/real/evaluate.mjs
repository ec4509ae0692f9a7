// A real model on real benchmarks, killed in the middle: `npm run real -- evaluate`.
//
// 100 problems each of MATH-500 and GSM8K, greedily, at most --max-tokens tokens an answer. The process that evaluates
// is killed with SIGKILL once, when about a third of the answers are there; a second one goes on. Nothing that was
// answered may be asked again.
//
//   --benchmarks FOLDER   with math500.jsonl and gsm8k_test.jsonl
//   --record              also writes fixtures/real-scores.json: scores and verdicts, none of the texts
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const LIMIT = 100
const file = fileURLToPath(import.meta.url)

/** @param tools `serve()` starts the model's server; `values` are the options of the command line. */
export async function evaluation({ serve, values }) {
  const folder = 'runs/real-evaluate'
  const work = path.join(folder, 'work')
  const journal = path.join(work, 'journal', 'evaluate.jsonl')
  if (!values.keep) rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const server = await serve()
  const began = Date.now()
  try {
    const call = [server.url, work, values.benchmarks, values['max-tokens'], path.join(folder, 'scores.json')]
    const third = Math.round((2 * LIMIT) / 3)
    const before = answers(journal).length
    if (before < third) {
      await started(call, async (child) => {
        while (answers(journal).length < third && child.exitCode === null) await sleep(200)
        child.kill('SIGKILL')
      })
      console.log(`killed (SIGKILL) with ${answers(journal).length} answers on disk`)
    }
    const kept = answers(journal)
    await started(call)
    const all = answers(journal)
    const keys = new Set(all.map(({ key }) => key))
    if (all.length !== 2 * LIMIT || keys.size !== all.length)
      throw new Error(`${all.length} answers of ${keys.size} questions; there are ${2 * LIMIT}`)
    if (kept.some(({ key }, i) => all[i].key !== key)) throw new Error('an answer from before the kill is gone')
    const asked = server.requests()
    console.log(`${all.length} answers, each once; the server was asked ${asked} times (one was in flight at the kill)`)
    const { scores } = JSON.parse(readFileSync(path.join(folder, 'scores.json'), 'utf8'))
    report(scores, all, values, (Date.now() - began) / 1000)
    if (values.record) record(scores, values)
  } finally {
    await server.end()
  }
}

/** Whole lines of a journal. */
function answers(journal) {
  if (!existsSync(journal)) return []
  return readFileSync(journal, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('"}'))
    .map((line) => JSON.parse(line))
}

function started(call, meanwhile) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...call], { stdio: 'inherit' })
    child.on('error', reject)
    child.on('exit', (status, signal) =>
      status === 0 || (meanwhile && signal === 'SIGKILL')
        ? resolve()
        : reject(new Error(`the evaluation ended with ${signal ?? status}`)),
    )
    meanwhile?.(child).catch(reject)
  })
}

function report(scores, all, values, seconds) {
  console.log(`\n${scores[0].model}, a base model in the Alpaca format; greedy, at most ${values['max-tokens']} tokens`)
  for (const { bench, value, low, high, n, k, cutOff, tokens, settings } of scores) {
    const percent = (share) => `${(100 * share).toFixed(1)} %`
    console.log(
      `  ${bench}: ${percent(value)} right (95 %: ${percent(low)} to ${percent(high)}), n ${n}, k ${k}; ${cutOff} cut off, ` +
        `${tokens.toFixed(0)} tokens an answer; ${settings.dataset.drawn}, prompts ${settings.promptSet} ${settings.promptHash}, grader ${settings.grader}`,
    )
  }
  const spent = all.reduce((sum, { value }) => sum + value.usage.completion, 0)
  console.log(
    `  ${Math.round(seconds)} s; ${spent} tokens, ${(spent / seconds).toFixed(1)} a second, the kill included`,
  )
}

/** What lessons show: scores, without the problems' texts, which are others'. */
function record(scores, values) {
  const about =
    'Measured by this project with npm run real -- evaluate --record: a base model of 270 million parameters, ' +
    `100 problems each of MATH-500 and GSM8K, greedy, at most ${values['max-tokens']} tokens. Scores and verdicts; no texts.`
  const plain = scores.map(({ settings, ...score }) => ({
    ...score,
    settings: {
      ...settings,
      endpoint: 'http://127.0.0.1/v1',
      dataset: { ...settings.dataset, source: path.basename(settings.dataset.source) },
    },
  }))
  writeFileSync('fixtures/real-scores.json', `${JSON.stringify({ about, scores: plain })}\n`)
  console.log('written: fixtures/real-scores.json')
}

/** The process that is killed: evaluates and writes its scores. */
async function child([baseURL, folder, benchmarks, maxTokens, out]) {
  const { bench, benches, evaluate, model, offered, workspace } = await import('../../dist/src/index.js')
  const [id] = await offered(baseURL)
  const chosen = [
    bench({ ...benches.math500, problems: path.join(benchmarks, 'math500.jsonl'), limit: LIMIT }),
    bench({ ...benches.gsm8k, problems: path.join(benchmarks, 'gsm8k_test.jsonl'), limit: LIMIT }),
  ]
  const gemma = model(id, { baseURL, concurrency: 1 })
  const scores = await evaluate(gemma, { benches: chosen, in: workspace(folder), maxTokens: Number(maxTokens) })
  writeFileSync(out, JSON.stringify({ scores }))
}

if (process.argv[1] === file) await child(process.argv.slice(2))
