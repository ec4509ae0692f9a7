// What the report calls fully open, in one folder: data, settings, curve, scores, report and code, each with its card.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Score } from '../rows.js'
import { Stopped } from '../stopped.js'
import type { Run, TrainStep } from '../train/index.js'
import { count, escapeHtml } from '../workspace/index.js'
import { modelCard } from './card.js'
import { type Code, codeOf } from './code.js'
import { type Criterion, checkOpenness, type Field } from './openness.js'

/** A training set as `dataset()` gives it. */
export interface ReleasedData {
  name: string
  dir: string
  file: string
  rows: number
  sha256: string
  /** Its card in `dir`. @default 'README.md' */
  card?: string
}

export interface ReleaseOptions {
  /** Name of the model: 'Sky-T1-32B-Preview'. */
  name: string
  /** Where the folder goes. @default `<workspace>/release/<name>` */
  to?: string
  /** The training set, with the card that `dataset` wrote. */
  data: ReleasedData
  /** The run that trained on it. */
  run: Run
  /** What `evaluate` gave. */
  scores: readonly Score[]
  /** What benchmarks of your own measure: `{ 'word-problems': 'mathematics' }`. Published ones are known by their names. */
  benches?: Record<string, Field>
  /** The executed notebook: the report. */
  notebook?: string
  /** Licence of the weights, as the Hub spells it: 'apache-2.0'. @default 'other', and the card says that it is not stated */
  licence?: string
  /** Where the weights are or will be: a hub id or an address. Without it they count as not public. */
  weights?: string
  /** The folder whose git commit made all this. @default the current folder */
  code?: string
  /** Where that code is public. @default its git remote named origin, without user and password */
  codeURL?: string
}

export interface ReleasedFile {
  path: string
  bytes: number
  sha256: string
}

/** A release in a folder. Shows itself as the report's table of openness, with what fulfils each row. */
export class Release {
  constructor(
    readonly name: string,
    /** Its folder, absolute. */
    readonly dir: string,
    readonly files: readonly ReleasedFile[],
    readonly criteria: readonly Criterion[],
  ) {}

  /** For `plot.openness({ with: { mine: release.openness } })`. */
  get openness(): Record<string, boolean> {
    return Object.fromEntries(this.criteria.map(({ what, open }) => [what, open]))
  }

  /** Whether every row of the report's table is fulfilled. */
  get open(): boolean {
    return this.criteria.every(({ open }) => open)
  }

  toString(): string {
    const lines = this.criteria.map(({ what, open, by }) => `  ${open ? '✓' : '✗'} ${what.padEnd(12)} ${by}`)
    return [`${this.#head()}`, ...lines].join('\n')
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    const cell = (text: string) => `<td style="text-align:left;padding:.25em .8em .25em 0">${text}</td>`
    const rows = this.criteria.map(
      ({ what, open, by }) =>
        `<tr>${cell(`<b style="color:${open ? '#009E73' : '#D55E00'}">${open ? '✓' : '✗'}</b>`)}${cell(escapeHtml(what))}${cell(escapeHtml(by))}</tr>`,
    )
    return {
      'text/plain': this.toString(),
      'text/html': `<div>${escapeHtml(this.#head())}</div><table style="border-collapse:collapse"><tbody>${rows.join('')}</tbody></table>`,
    }
  }

  #head(): string {
    const open = this.criteria.filter((one) => one.open).length
    return `${this.name}: ${count(this.files.length, 'file')} in ${this.dir}; ${open} of ${this.criteria.length} rows of the report's table of openness are fulfilled`
  }
}

/**
 * Puts a release together: the training set and its card, the yaml and DeepSpeed settings, the curve, the scores with
 * their intervals and settings, the executed notebook, the code's version, a model card, and the hash of every file.
 * Weights stay where they are: `run.fetch('output/**')` brings them. Nothing is uploaded (see `upload`).
 *
 * @param work the workspace of the run, whose train.yaml it takes
 * @throws Stopped('bad-data') where the run was trained on other data; 'no-file' for a file that is missing; 'bad-call'
 * @example const out = await release(work, { name: 'Sky-T1-32B-Preview', data, run, scores, notebook: 'sky-t1.ipynb', licence: 'apache-2.0' })
 */
export async function release(work: { dir: string }, options: ReleaseOptions): Promise<Release> {
  check(work, options)
  const { name, data, run, scores, notebook } = options
  if (run.job.data.sha256 !== data.sha256)
    throw new Stopped(
      'bad-data',
      `${run.id} was trained on data with sha256 ${run.job.data.sha256.slice(0, 12)}…, and ${data.name} has ${data.sha256.slice(0, 12)}….`,
      `release(work, { …, data: the set that was given to train })`,
    )
  const dir = path.resolve(options.to ?? path.join(work.dir, 'release', name))
  await mkdir(path.join(dir, 'data'), { recursive: true })
  await mkdir(path.join(dir, 'training'), { recursive: true })
  const file = path.resolve(data.dir, data.file)
  await copy(file, path.join(dir, 'data', path.basename(file)), 'dataset(rows, { name, in: work })')
  for (const [one, from] of [
    ['README.md', data.card ?? 'README.md'],
    ['dataset_info.json', 'dataset_info.json'],
  ] as const)
    await copy(path.join(data.dir, from), path.join(dir, 'data', one), 'dataset(rows, { name, in: work })')
  const settings = await copied(work.dir, path.join(dir, 'training'), ['train.yaml', 'ds_z3_offload_config.json'])
  const steps = await run.stepsSoFar()
  const { hours, dollars } = await run.wait()
  await writeFile(path.join(dir, 'training', 'curve.csv'), csv(steps))
  await writeFile(path.join(dir, 'scores.json'), `${JSON.stringify(scores, null, 2)}\n`)
  if (notebook)
    await copy(notebook, path.join(dir, 'report.ipynb'), 'npx skylab run NOTEBOOK.ipynb --output report.ipynb')
  const code = codeOf(options.code ?? process.cwd(), options.codeURL)
  await writeFile(path.join(dir, 'code.json'), `${JSON.stringify(code, null, 2)}\n`)
  const criteria = checkOpenness({
    data: await cardOf(data),
    code,
    scores,
    benches: options.benches,
    ...pick(options),
    trained: run.on !== 'practice',
  })
  const facts = { options, code, steps, hours, dollars, settings, criteria }
  await writeFile(path.join(dir, 'README.md'), modelCard(facts))
  const files = await hashed(dir)
  await writeFile(path.join(dir, 'SHA256SUMS'), files.map(({ sha256, path: at }) => `${sha256}  ${at}\n`).join(''))
  return new Release(name, dir, files, criteria)
}

const pick = ({ notebook, weights, licence }: ReleaseOptions) => ({ notebook, weights, licence })

function check(work: { dir: string }, options: ReleaseOptions): void {
  const example = "release(work, { name: 'my-model', data, run, scores, licence: 'apache-2.0' })"
  const bad = (what: string) => new Stopped('bad-call', what, example)
  if (typeof work?.dir !== 'string') throw bad('release(…) got no workspace.')
  const { name, data, run, scores } = options ?? {}
  if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw bad(`The name is ${JSON.stringify(name)}; it becomes a folder's: letters, digits, '.', '_' and '-'.`)
  if (typeof data?.sha256 !== 'string') throw bad('release(…) got no training set.')
  if (typeof run?.stepsSoFar !== 'function') throw bad('release(…) got no run.')
  if (!Array.isArray(scores)) throw bad('release(…) got no scores.')
}

async function copy(from: string, to: string, fix: string): Promise<void> {
  try {
    await copyFile(from, to)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Stopped(code === 'ENOSPC' ? 'disk' : 'no-file', `${from} cannot be copied: ${message}.`, fix, error)
  }
}

/** Copies what is there of some files, and says which. */
async function copied(from: string, to: string, names: string[]): Promise<string[]> {
  const there: string[] = []
  for (const name of names) {
    const found = await stat(path.join(from, name)).catch(() => undefined)
    if (!found) continue
    await copyFile(path.join(from, name), path.join(to, name))
    there.push(name)
  }
  return there
}

async function cardOf({ dir, card = 'README.md' }: ReleasedData): Promise<string> {
  return readFile(path.join(dir, card), 'utf8')
}

function csv(steps: readonly TrainStep[]): string {
  const lines = steps.map(({ step, epoch, loss, lr, seconds }) => [step, epoch, loss, lr, seconds].join(','))
  return `step,epoch,loss,learning_rate,seconds\n${lines.join('\n')}\n`
}

async function hashed(dir: string): Promise<ReleasedFile[]> {
  const names = await readdir(dir, { recursive: true, withFileTypes: true })
  const files = names
    .filter((entry) => entry.isFile() && entry.name !== 'SHA256SUMS')
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort()
  return Promise.all(
    files.map(async (name) => {
      const hash = createHash('sha256')
      let bytes = 0
      for await (const chunk of createReadStream(path.join(dir, name))) {
        hash.update(chunk as Buffer)
        bytes += (chunk as Buffer).length
      }
      return { path: name, bytes, sha256: hash.digest('hex') }
    }),
  )
}

export type { Code, Criterion }
