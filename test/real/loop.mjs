// The loop closed once, on this computer's CPU: the notebook of lesson 06 against a real sshd on 127.0.0.1, with the real
// LLaMA-Factory. Its base is trained first; then the fine-tune on traces is launched and everything that can be killed
// is: the launcher, and the trainer past a checkpoint. The notebook finds the run, waits, serves, scores and compares.
//
//   node test/real/loop.mjs            everything, about half an hour on two quiet cores
//   node test/real/loop.mjs --record   and keeps the log and the answers as fixtures
import { spawn } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { attach, dataset, mix, train, verify } from '../../dist/src/index.js'
import { startSshd } from '../src/train.sshd.ts'
import { answered, knows, steps, walks } from './walks.mjs'

const root = path.resolve('runs/real-loop')
const environment = process.env.LLAMAFACTORY ?? path.join(os.homedir(), '.cache/skylab/llamafactory')
const python = path.join(environment, 'bin/python')
const system = 'Think step by step, then give the solution.'
const setup = `PATH='${environment}/bin':$PATH; export OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false`
const settings = {
  ...{ deepspeed: null, bf16: null, ddp_timeout: null, use_cpu: true, preprocessing_num_workers: 1 },
  disable_gradient_checkpointing: true,
}
const work = { dir: path.join(root, 'work') }

rmSync(root, { recursive: true, force: true })
mkdirSync(work.dir, { recursive: true })
const sshd = await startSshd(path.join(root, 'sshd'))
process.env.SKYLAB_SSH_CONFIG = sshd.config
const launch = {
  ...{ gpus: 1, batch: 64, microBatch: 64, cutoff: 256, learningRate: 2e-3, scheduler: 'constant_with_warmup' },
  ...{ warmup: 0.1, saveSteps: 60, seed: 7, price: 0.01, settings, setup, force: true },
  ...{ on: 'ssh://box', in: work, folder: `${root}/runs` },
}
try {
  const base = await makeBase()
  const id = await killEverything(base)
  await notebook(base)
  if (process.argv.includes('--record')) record(id)
} finally {
  await sshd.close()
}

function bench() {
  return [walks(40, 3, 1, 2), walks(40, 4, 3, 4), walks(40, 5, 5, 6)].flat()
}

function asked() {
  return walks(6400, 1, 1, 6, bench())
}

async function trainingSet(name, thought, problems) {
  const judged = await verify(problems.map((walk) => answered(walk, thought(walk))))
  const rows = await mix(judged, { math: 10_000 }, { seed: 7 })
  return dataset(rows, { name, in: work, dir: path.join(work.dir, name), system })
}

/** A random Qwen2 that has learned the form of an answer, and hardly more: 60 steps on answers alone. */
async function makeBase() {
  const traces = await trainingSet('walks-traces', steps, asked())
  const random = path.join(root, 'random')
  await run(python, ['-P', 'test/real/random-qwen2.py', traces.file, random])
  const first = await trainingSet('walks-base', knows, walks(1280, 2, 1, 2, [...bench(), ...asked()]))
  const base = await train(first, { ...launch, base: random })
  const { checkpoint } = await base.wait()
  const kept = path.join(root, 'base')
  cpSync(checkpoint, kept, { recursive: true })
  return kept
}

/** Launches, is killed; follows from a second process; kills the trainer; starts it again. @returns the run's id */
async function killEverything(base) {
  const data = await trainingSet('walks-traces', steps, asked())
  const launcher = spawn(process.execPath, [
    'test/real/loop-launch.mjs',
    JSON.stringify({ data, launch: { ...launch, base } }),
  ])
  launcher.stderr.pipe(process.stderr)
  const id = await new Promise((done) => launcher.stdout.once('data', (text) => done(text.toString().trim())))
  await (await attach(id, { in: work })).steps().next()
  launcher.kill('SIGKILL')
  await new Promise((done) => launcher.once('exit', done))
  console.log(`${id}: the launcher was killed`)
  const second = await attach(id, { in: work })
  expect(await second.state(), 'running')
  for await (const { step } of second.steps()) if (step >= 150) break
  killTrainer(id)
  await sleep(3000)
  expect(await second.state(), 'failed')
  console.log(`${id}: the trainer was killed past checkpoint-120; the run says that it failed`)
  const again = await train(data, { ...launch, base })
  expect(again.id, id)
  for await (const { step } of again.steps()) if (step >= 160) break
  const log = readFileSync(path.join(root, 'runs', id, 'output/trainer_log.jsonl'), 'utf8')
    .trim()
    .split('\n')
  const numbers = log.map((line) => JSON.parse(line).current_steps)
  expect(numbers.filter((step) => step === 121).length, 2)
  expect(numbers.filter((step) => step === 119).length, 1)
  console.log(`${id}: went on from checkpoint-120`)
  return id
}

/** As the kernel does for want of memory: SIGKILL for every process of the trainer. */
function killTrainer(id) {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const mark = readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`SKYLAB_JOB=${root}/runs/${id}/`)
      if (mark && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('llamafactory'))
        process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
}

async function notebook(base) {
  const given = {
    on: 'ssh://box',
    base,
    setup,
    folder: root,
    record: path.join(root, 'walks.jsonl'),
    workspace: work.dir,
  }
  const out = path.join(root, '06-train.ipynb')
  await run(process.execPath, [
    ...[
      'kernel/bin.cjs',
      'run',
      'notebooks/06-train.ipynb',
      '--output',
      out,
      '--html',
      path.join(root, '06-train.html'),
    ],
    ...Object.entries(given).flatMap(([name, value]) => ['-p', `${name}=${value}`]),
  ])
  console.log(`look at ${path.join(root, '06-train.html')}`)
}

function record(id) {
  const output = path.join(root, 'runs', id, 'output')
  copyFileSync(path.join(output, 'trainer_log.jsonl'), 'fixtures/walks_log.jsonl')
  copyFileSync(path.join(root, 'walks.jsonl'), 'fixtures/recordings/walks.jsonl')
  const file = 'fixtures/walks_log.origin.json'
  const origin = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const job = JSON.parse(readFileSync(path.join(root, 'runs', id, 'job.json'), 'utf8'))
  const results = JSON.parse(readFileSync(path.join(output, 'train_results.json'), 'utf8'))
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(file, `${JSON.stringify({ ...origin, dataSha256: job.data.sha256, date, results }, null, 2)}\n`)
}

function expect(found, wanted) {
  if (found !== wanted) throw new Error(`expected ${wanted}, found ${found}`)
}

function run(program, args) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: 'inherit' })
    child.on('error', fail)
    child.on('exit', (status) =>
      status === 0 ? done() : fail(new Error(`${path.basename(program)} ended with ${status}`)),
    )
  })
}
