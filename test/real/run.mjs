// What cannot run offline: `npm run real`, or one part of it, `npm run real -- small` or `-- trainer`.
//
//   small    the recipe notebook against a real small model over HTTP, with its honest scores
//   serving  the same small model through `serve`, behind a real sshd (serve.mjs)
//   trainer  our training files against the real LLaMA-Factory
//   loop     lesson 06 for real: trained through `train` behind a real sshd, everything killed once, served, scored (loop.mjs)
//   evaluate a real small model on 100 problems of MATH-500 and GSM8K, killed in the middle (evaluate.mjs)
//   dataset  every form in which a training set is written, loaded and tokenised by the real LLaMA-Factory
//
// Options of `small`: --problems FILE  --limit 20  --samples 1  --max-tokens 512
// `--port 8472 --keep` goes on with a run that was stopped: answers are kept under the address that gave them.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { evaluation } from './evaluate.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
process.chdir(root)

const math500 = path.resolve('../shared/data/bench_math/math500.jsonl')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    problems: { type: 'string', default: existsSync(math500) ? math500 : 'practice' },
    limit: { type: 'string', default: '20' },
    samples: { type: 'string', default: '1' },
    'max-tokens': { type: 'string', default: '512' },
    port: { type: 'string', default: '0' },
    keep: { type: 'boolean', default: false },
    benchmarks: { type: 'string', default: path.dirname(math500) },
    record: { type: 'boolean', default: false },
  },
})
const parts = { small, serving, trainer, loop, dataset, evaluate: () => evaluation({ serve, values }) }
const chosen = positionals.length > 0 ? positionals : Object.keys(parts)
const unknown = chosen.find((name) => !(name in parts))
if (unknown) {
  console.error(`There is no part ${JSON.stringify(unknown)}.\n  → npm run real -- ${Object.keys(parts).join(' | ')}`)
  process.exit(2)
}

console.log(`npm run real: ${chosen.join(', ')}. Kept for the next time in the cache of the user:
  small    about 0.7 GB (llama.cpp, compiled here in some minutes, and Gemma 3 270M); then about 25 minutes on one
           core for 20 problems at 512 tokens. SKYLAB_REAL_PYTHON=PYTHON uses what is installed.
  trainer  about 6 GB (torch, transformers, llamafactory) in about 10 minutes; then some minutes on one core.
           LLAMAFACTORY=FOLDER uses what is installed.
  serving  the model of small; a minute.
  loop     what trainer installs; half an hour on two quiet cores.
  dataset  the same; then two minutes.
  evaluate the same model as small; 200 answers, about 30 minutes at --max-tokens 192 on one core. Needs the two
           benchmarks as files: --benchmarks FOLDER.`)
const failed = []
for (const name of chosen) {
  const began = Date.now()
  console.log(`\n== ${name}`)
  try {
    await parts[name]()
    console.log(`== ${name} passed in ${seconds(began)} s`)
  } catch (error) {
    failed.push(name)
    console.log(`== ${name} FAILED after ${seconds(began)} s: ${error.message}`)
  }
}
process.exitCode = failed.length > 0 ? 1 : 0

/** The recipe notebook against a model that is served here. */
async function small() {
  const server = await serve()
  try {
    const folder = 'runs/real'
    const workspaceFolder = path.join(folder, 'work')
    // Every number printed is of this run, unless it goes on with one that was stopped.
    if (!values.keep) rmSync(workspaceFolder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const parameters = {
      problems: values.problems,
      limit: values.limit,
      samples: values.samples,
      maxTokens: values['max-tokens'],
      baseURL: server.url,
      workspace: workspaceFolder,
    }
    const [executed, html] = [path.join(folder, 'sky-t1.ipynb'), path.join(folder, 'sky-t1.html')]
    const given = Object.entries(parameters).flatMap(([name, value]) => ['-p', `${name}=${value}`])
    const began = Date.now()
    await run(process.execPath, [
      'kernel/bin.cjs',
      'run',
      'notebooks/sky-t1.ipynb',
      '--output',
      executed,
      '--html',
      html,
      ...given,
    ])
    const took = seconds(began)
    await report(parameters, server.url, took)
    console.log(`look at ${html}`)
  } finally {
    await server.end()
  }
}

/** Scores what the notebook left in its workspace; no request is sent again. */
async function report(parameters, baseURL, took) {
  const library = await import('../../dist/src/index.js')
  const { evaluate, meanInterval, model, offered, problems, sample, verify, wilson, workspace } = library
  const work = workspace(parameters.workspace)
  const [id] = await offered(baseURL)
  const gemma = model(id, { baseURL })
  const maxTokens = Number(parameters.maxTokens)
  const asked = await problems(parameters.problems, { limit: Number(parameters.limit), seed: 7 })
  const before = (await answersKept(work)).length
  const settings = { model: gemma, in: work, temperature: 0.7, maxTokens }
  const benchmark = { name: 'practice:bench', problems: await problems('practice:bench') }
  const once = await verify(await sample(asked, { ...settings, n: Number(parameters.samples) }))
  const four = await verify(await sample(asked, { ...settings, n: 4, stage: 'small' }))
  const [bench] = await evaluate(gemma, { benches: [benchmark], k: 1, in: work, maxTokens })
  const after = (await answersKept(work)).length
  if (after !== before) throw new Error(`${after - before} answers were not kept: they were asked for again`)

  const right = once.filter(({ verdict }) => verdict.ok).length
  const shares = asked.map(({ id }) => {
    const rows = four.filter((row) => row.id === id)
    return rows.filter(({ verdict }) => verdict.ok).length / rows.length
  })
  const mean = meanInterval(shares)
  const every = [...once, ...four]
  const kept = await answersKept(work)
  // This server counts no tokens: an answer cut off has exactly as many as were allowed, the rest is an estimate.
  const tokens = kept.reduce((sum, { finish, usage }) => sum + (finish === 'length' ? maxTokens : usage.completion), 0)
  const cutOff = kept.filter(({ finish }) => finish === 'length').length
  const source = path.basename(parameters.problems)
  const rate = (tokens / took).toFixed(1)
  const speed = values.keep
    ? ', some kept from before'
    : ` in ${took} s, ${rate} a second with everything else included`
  console.log(`
${id}, a base model in the Alpaca format; temperature 0.7, at most ${maxTokens} tokens; grader strict
  ${source}, ${asked.length} problems, n = ${parameters.samples}: ${right} of ${once.length} answers right  ${interval(wilson(right, once.length))}
  ${source}, ${asked.length} problems, n = 4: ${percent(mean.value)} right  ${interval(mean)}
  practice:bench, ${bench.n} problems, n = ${bench.k}: ${percent(bench.value)} right  ${interval(bench)}
  what became of the ${every.length} answers to ${source}: ${tally(every)}
  ${kept.length} answers, ${cutOff} of them cut off; about ${tokens} tokens${speed}`)
}

/** Answers on disk, of every stage that asks a model. */
async function answersKept(work) {
  const stages = await Promise.all(['sample', 'small', 'evaluate'].map((stage) => work.rows(stage)))
  return stages.flat()
}

/** Starts the model's server and waits until it answers. */
async function serve() {
  const child = spawn('sh', ['test/real/small-model.sh', values.port], { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  const address = new Promise((resolve, reject) => {
    const read = (text) => {
      log += text
      if (/^installing|^installed/m.test(text)) process.stdout.write(text)
      const found = /Uvicorn running on (http:\/\/127\.0\.0\.1:\d+)/.exec(log)
      if (found) resolve(`${found[1]}/v1`)
    }
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', read)
    child.on('error', reject)
    child.on('exit', (status) => reject(new Error(`the server ended with status ${status}:\n${log.slice(-2000)}`)))
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  const stop = () => child.kill('SIGTERM')
  process.on('exit', stop)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
  const url = await address
  console.log(`gemma-3-270m, a base model, answers at ${url}`)
  return {
    url,
    /** Chat completions that it answered. */
    requests: () => log.match(/POST \/v1\/chat\/completions/g)?.length ?? 0,
    async end() {
      stop()
      await ended
    },
  }
}

async function serving() {
  await run(process.execPath, ['test/real/serve.mjs'])
}

async function loop() {
  await run(process.execPath, ['test/real/loop.mjs'])
}

async function trainer() {
  await run('sh', ['test/real/llamafactory.sh'])
}

async function dataset() {
  await run('sh', ['test/real/dataset.sh'])
}

/** Runs a program with its output shown; throws where it fails. */
function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' })
    child.on('error', reject)
    child.on('exit', (status, signal) =>
      status === 0
        ? resolve()
        : reject(new Error(`${path.basename(program)} ended with ${signal ?? `status ${status}`}`)),
    )
  })
}

function tally(rows) {
  const counts = new Map()
  for (const { verdict } of rows) {
    const fate = verdict.ok ? 'right' : verdict.why
    counts.set(fate, (counts.get(fate) ?? 0) + 1)
  }
  return [...counts].map(([fate, count]) => `${count} ${fate}`).join(', ')
}

function seconds(began) {
  return Math.round((Date.now() - began) / 1000)
}

function percent(share) {
  return `${(share * 100).toFixed(1)} %`
}

function interval({ low, high }) {
  return `(95 %: ${percent(low)} to ${percent(high)})`
}
