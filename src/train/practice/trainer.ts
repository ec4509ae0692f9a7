// The practice machine's `llamafactory-cli`: reads settings and data as LLaMA-Factory does, and refuses
// what it would refuse; then, instead of training, plays a log that the real one wrote.
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BadDataset, readDataset } from '../data.js'
import type { Job } from '../job.js'
import { trainerKeys, trainerTemplates } from '../keys.js'
import { readYaml, type Value } from '../yaml.js'
import { originText, recordedLines, recordedOrigin } from './recording.js'

const [command, file] = process.argv.slice(2)

process.on('SIGTERM', () => {
  console.log('[practice] SIGTERM: stopping')
  process.exit(143)
})

if (command === 'version') console.log(`practice stand-in for ${recordedOrigin().tool}`)
else if (command === 'train' && file) void train(file)
else refuse(`practice stand-in: expected "train FILE.yaml" or "version", got ${process.argv.slice(2).join(' ')}`)

async function train(yaml: string): Promise<void> {
  console.log(`[practice] ${originText()}`)
  const settings = readSettings(yaml)
  loadData(settings)
  const output = String(settings.output_dir)
  mkdirSync(output, { recursive: true })
  const { seconds, failAt } = practiceOptions()
  const lines = recordedLines()
  const log = path.join(output, 'trainer_log.jsonl')
  for (const line of lines) {
    await sleep((seconds * 1000) / lines.length)
    const step = (JSON.parse(line) as { current_steps: number }).current_steps
    if (failAt !== undefined && step >= failAt)
      refuse(`RuntimeError: the practice trainer was told to fail at step ${failAt}`)
    appendFileSync(log, `${line}\n`)
  }
  finish(output, lines)
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
function loadData(settings: Record<string, Value>): void {
  const dir = String(settings.dataset_dir ?? 'data')
  let valid = 0
  for (const name of String(settings.dataset).split(',')) {
    try {
      const report = readDataset(dir, name.trim())
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
  const seconds = Number(process.env.PRACTICE_SECONDS ?? 15)
  if (!existsSync('job.json')) return { seconds }
  return (JSON.parse(readFileSync('job.json', 'utf8')) as Job).practice ?? { seconds }
}

/** What LLaMA-Factory leaves behind, except weights. */
function finish(output: string, lines: string[]): void {
  const rows = lines.map((line) => JSON.parse(line) as Record<string, number>)
  const last = rows.at(-1)!
  const results = recordedOrigin().results
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
  writeFileSync(path.join(output, 'PRACTICE.txt'), `${originText()}\nThere are no weights in this folder.\n`)
  console.log('[practice] done')
}

function refuse(message: string): never {
  console.error(message)
  process.exit(1)
}
