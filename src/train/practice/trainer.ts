// The practice machine's `llamafactory-cli`: reads settings and data as LLaMA-Factory does, and refuses
// what it would refuse; then, instead of training, plays a log that the real one wrote. Its checkpoints hold
// no weights, but come, go and are gone on from as the real ones.
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BadDataset, readDataset } from '../data.js'
import type { Job } from '../job.js'
import { trainerKeys, trainerTemplates } from '../keys.js'
import { secondsOf } from '../log.js'
import { readYaml, type Value } from '../yaml.js'
import { originText, recordedLines, recordedOrigin } from './recording.js'

const [command, file] = process.argv.slice(2)

/** What the launcher left, read once: the real trainer never looks at it, and must not be stopped by what becomes of it. */
const job = existsSync('job.json') ? (JSON.parse(readFileSync('job.json', 'utf8')) as Job) : undefined
/** What the recording that is played was made from, by the hash of the training file. */
const origin = () => recordedOrigin(job?.data.sha256)

/** transformers' enable_jit_checkpoint: asked to end, it saves first. */
let saves = false
let asked = false
process.on('SIGTERM', () => {
  if (saves) {
    asked = true
    return
  }
  console.log('[practice] SIGTERM: stopping')
  process.exit(143)
})

if (command === 'version') console.log(`practice stand-in for ${recordedOrigin().tool}`)
else if (command === 'train' && file) void train(file)
else refuse(`practice stand-in: expected "train FILE.yaml" or "version", got ${process.argv.slice(2).join(' ')}`)

async function train(yaml: string): Promise<void> {
  console.log(`[practice] ${originText(origin())}`)
  const settings = readSettings(yaml)
  await loadData(settings)
  if (Number(process.env.NODE_RANK ?? 0) > 0) {
    console.log('[practice] the first machine plays the log; this one has nothing to do')
    return
  }
  const output = String(settings.output_dir)
  mkdirSync(output, { recursive: true })
  const { seconds, failAt } = practiceOptions()
  const lines = recordedLines(job?.data.sha256)
  const log = path.join(output, 'trainer_log.jsonl')
  const every = Number(settings.save_steps ?? 500)
  const keep = Number(settings.save_total_limit ?? Number.POSITIVE_INFINITY)
  const from = lastCheckpoint(output)
  saves = settings.enable_jit_checkpoint === true
  if (from.step > 0) console.log(`[practice] resuming from ${output}/checkpoint-${from.step}`)
  for (const line of lines) {
    const row = JSON.parse(line) as LogRow
    const last = row.loss === undefined
    if (row.current_steps <= from.step && !last) continue
    await sleep((seconds * 1000) / lines.length)
    if (failAt !== undefined && row.current_steps >= failAt)
      refuse(`RuntimeError: the practice trainer was told to fail at step ${failAt}`)
    appendFileSync(log, `${from.step > 0 ? sinceStart(row, from, lines) : line}\n`)
    if (!last && (asked || row.current_steps % every === 0)) checkpoint(output, row, keep)
    if (asked) {
      console.log('[practice] SIGTERM: saved, stopping')
      process.exit(0)
    }
  }
  finish(output, lines)
}

interface LogRow {
  current_steps: number
  total_steps: number
  loss?: number
  elapsed_time: string
  remaining_time: string
}

/** The newest checkpoint of an earlier start, and how far the recording was then. */
function lastCheckpoint(output: string): { step: number } {
  const steps = readdirSync(output).flatMap((name) => /^checkpoint-(\d+)$/.exec(name)?.[1] ?? [])
  return { step: Math.max(0, ...steps.map(Number)) }
}

/** After a resume the real trainer counts time from its new start, and the time left by that: wrong, and kept so. */
function sinceStart(row: LogRow, from: { step: number }, lines: string[]): string {
  const before = lines.map((line) => JSON.parse(line) as LogRow).find((one) => one.current_steps === from.step)
  const elapsed = Math.max(0, secondsOf(row.elapsed_time) - secondsOf(before?.elapsed_time ?? ''))
  const left = (elapsed / row.current_steps) * (row.total_steps - row.current_steps)
  return JSON.stringify({ ...row, elapsed_time: clock(elapsed), remaining_time: clock(left) })
}

function clock(seconds: number): string {
  const whole = Math.round(seconds)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}

/** In the order of transformers: what is large first, trainer_state.json last, then the oldest ones go. */
function checkpoint(output: string, row: LogRow, keep: number): void {
  const folder = path.join(output, `checkpoint-${row.current_steps}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'PRACTICE.txt'), 'There are no weights in this checkpoint.\n')
  writeFileSync(
    path.join(folder, 'trainer_state.json'),
    `${JSON.stringify({ global_step: row.current_steps }, null, 2)}\n`,
  )
  const all = readdirSync(output)
    .filter((name) => /^checkpoint-\d+$/.test(name))
    .sort((a, b) => Number(a.slice(11)) - Number(b.slice(11)))
  for (const old of all.slice(0, Math.max(0, all.length - keep))) rmSync(path.join(output, old), { recursive: true })
}

/** HfArgumentParser's part: every key known, the required ones there, files where they are said to be. */
function readSettings(yaml: string): Record<string, Value> {
  let settings: Record<string, Value>
  try {
    settings = readYaml(readFileSync(yaml, 'utf8'))
  } catch (error) {
    return refuse(`${(error as Error).name}: ${yaml}: ${(error as Error).message}`)
  }
  const unknown = Object.keys(settings).filter((key) => !trainerKeys.has(key))
  if (unknown.length) refuse(`ValueError: Some keys are not used by the HfArgumentParser: ${JSON.stringify(unknown)}`)
  for (const key of ['model_name_or_path', 'dataset', 'output_dir']) {
    if (typeof settings[key] !== 'string') refuse(`ValueError: Please provide \`${key}\`.`)
  }
  if (settings.do_train !== true) refuse('ValueError: nothing to do: `do_train` is not true.')
  if (!trainerTemplates.has(String(settings.template)))
    refuse(`ValueError: Template ${settings.template} does not exist.`)
  if (settings.deepspeed) readDeepspeed(String(settings.deepspeed))
  return settings
}

function readDeepspeed(file: string): void {
  try {
    const { zero_optimization: zero } = JSON.parse(readFileSync(file, 'utf8')) as {
      zero_optimization?: { stage?: number }
    }
    if (typeof zero?.stage !== 'number') refuse(`ValueError: ${file} has no zero_optimization.stage.`)
  } catch (error) {
    refuse(`ValueError: ${file} cannot be read: ${(error as Error).message}`)
  }
}

/** The converter's part: bad rows are skipped with a warning, as LLaMA-Factory does. */
async function loadData(settings: Record<string, Value>): Promise<void> {
  const dir = String(settings.dataset_dir ?? 'data')
  let valid = 0
  for (const name of String(settings.dataset).split(',')) {
    try {
      const report = await readDataset(dir, name.trim())
      for (const { row, why } of report.skipped.slice(0, 20))
        console.log(`[WARNING] Skipping this abnormal example: row ${row}: ${why}.`)
      valid += report.rows - report.skipped.length
      console.log(`[INFO] ${name}: ${report.rows} rows, ${report.skipped.length} skipped`)
    } catch (error) {
      if (error instanceof BadDataset) refuse(`ValueError: ${error.message}`)
      throw error
    }
  }
  if (valid === 0) refuse('RuntimeError: Cannot find valid samples, check `data/README.md` for the data format.')
}

/** As the launcher wrote them into job.json; PRACTICE_SECONDS where this trainer is used on another machine. */
function practiceOptions(): { seconds: number; failAt?: number } {
  return job?.practice ?? { seconds: Number(process.env.PRACTICE_SECONDS ?? 15) }
}

/** What LLaMA-Factory leaves behind, except weights. */
function finish(output: string, lines: string[]): void {
  const rows = lines.map((line) => JSON.parse(line) as Record<string, number>)
  const last = rows.at(-1)!
  const { results } = origin()
  writeFileSync(path.join(output, 'train_results.json'), `${JSON.stringify(results, null, 4)}\n`)
  writeFileSync(path.join(output, 'all_results.json'), `${JSON.stringify(results, null, 4)}\n`)
  const history = rows
    .filter((row) => row.loss !== undefined)
    .map(({ epoch, loss, lr, current_steps }) => ({ epoch, loss, learning_rate: lr, step: current_steps }))
  const state = {
    epoch: last.epoch,
    global_step: last.current_steps,
    max_steps: last.total_steps,
    log_history: history,
  }
  writeFileSync(path.join(output, 'trainer_state.json'), `${JSON.stringify(state, null, 2)}\n`)
  writeFileSync(path.join(output, 'PRACTICE.txt'), `${originText(origin())}\nThere are no weights in this folder.\n`)
  console.log('[practice] done')
}

function refuse(message: string): never {
  console.error(message)
  process.exit(1)
}
