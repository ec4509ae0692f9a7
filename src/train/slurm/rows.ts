// Row steps too large for one computer: `skylab rows STEP --shard i/n` as an array of jobs, and the parts joined.
//
// A part gets its name when it is whole, so a part that is there is done, whoever asks and however often: a task
// that failed is run again alone, and a cell that is run again goes on waiting.
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  createReadStream,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { host, liveDisplay } from '../../host.js'
import { Stopped } from '../../stopped.js'
import { passed } from '../../taken.js'
import { sha256Of } from '../data.js'
import { DEFAULT_FOLDER, writeFiles } from '../job.js'
import { isSlurm, machine } from '../machine.js'
import type { KeptIn } from '../options.js'
import { shellPath } from '../preflight.js'
import type { Machine } from '../ssh/far.js'
import { quote } from '../ssh/shell.js'
import { cannotWrite, fetchFile, sendFile } from '../transfer.js'
import { type SlurmOptions, sbatchLines } from './options.js'

export interface RowsArrayOptions {
  /** 'slurm://login' or 'slurm://localhost'. */
  on: string
  /** Where the input and the joined rows are kept, under rows/. */
  in: KeptIn
  /** Tasks of the array: each takes one contiguous part of the rows. @default 8 */
  shards?: number
  /** Threads of each task. @default 1, and as many CPUs are asked for */
  workers?: number
  /** Options of the step, as on the command line: `{ policy: 'sky-t1' }`. */
  options?: Record<string, string | number>
  /** The command of skylab on the cluster's machines. @default 'npx --yes skylab' */
  command?: string
  /** A line of shell that each task runs first. */
  setup?: string
  slurm?: SlurmOptions
  /** Folder on the cluster, seen from all its machines. @default '~/skylab/runs' */
  folder?: string
  /** How often a task that failed is run again. @default 2 */
  retries?: number
  sshConfig?: string
}

/**
 * Sends rows through a step of `skylab rows` on a Slurm cluster and gives them back, in order, with the step's
 * fields added; what a row lacks for the step stands in it as `error`, as on the command line.
 *
 * @param step 'grade', 'judge', 'repeats' or 'verify'
 * @throws Stopped('failed') where a task failed every time, with the end of what it printed
 */
export async function rowsArray<T extends object>(
  step: string,
  rows: Iterable<T>,
  options: RowsArrayOptions,
): Promise<(T & Record<string, unknown>)[]> {
  if (typeof options !== 'object' || options === null)
    throw new Stopped(
      'bad-call',
      `rowsArray(…) takes options, and got ${passed(options)}.`,
      "rowsArray('judge', rows, { on: 'cluster', in: work })",
    )
  const { on, in: work, shards = 8, folder = DEFAULT_FOLDER, retries = 2 } = options
  const script = arrayScript(step, options)
  const kept = path.join(work.dir, 'rows')
  mkdirSync(kept, { recursive: true })
  const { file, sha256, count } = await writeInput(kept, rows)
  const id = `rows-${step}-${createHash('sha256').update(`${script}\n${sha256}`).digest('hex').slice(0, 12)}`
  const joined = path.join(kept, `${id}.jsonl`)
  if (count === 0) return []
  const far = machine(on, work, options.sshConfig)
  const root = (await far.exec(`mkdir -p ${shellPath(folder)} && cd -P -- ${shellPath(folder)} && pwd -P`)).stdout
    .toString()
    .trim()
  const dir = `${root}/${id}`
  const written = await far.exec(writeFiles(dir, { 'array.sbatch': script }))
  if (written.code !== 0 || !root) throw cannotWrite(dir, written.stderr)
  await sendFile(far, {
    local: file,
    sha256,
    remote: `${dir}/in.jsonl`,
    store: `${root}/.files`,
    sender: createHash('sha256')
      .update(`${os.hostname()} ${realpathSync(work.dir)}`)
      .digest('hex')
      .slice(0, 8),
  })
  await runArray(far, dir, { id, shards, retries, on })
  await join(far, dir, { shards, joined, count })
  return (await readLines(joined)) as (T & Record<string, unknown>)[]
}

/** array.sbatch, submitted from its folder with --array. */
function arrayScript(step: string, options: RowsArrayOptions): string {
  const { shards = 8, workers = 1, command = 'npx --yes skylab', setup, slurm = {} } = options
  const bad = (what: string, fix: string) => new Stopped('bad-call', what, fix)
  if (!/^[a-z][a-z-]*$/.test(step))
    throw bad(
      `rowsArray has no step ${JSON.stringify(step)}.`,
      "rowsArray('verify', rows, { on: 'slurm://login', in: work })",
    )
  if (!isSlurm(options.on))
    throw bad(`rowsArray needs a Slurm cluster, got ${JSON.stringify(options.on)}.`, "on: 'slurm://login'")
  for (const [name, value] of Object.entries({ shards, workers }))
    if (!Number.isInteger(value) || value < 1 || value > 10_000)
      throw bad(`Expected \`${name}\` to be a whole number from 1 to 10000, got ${value}.`, `${name}: 8`)
  if (/\n/.test(command + (setup ?? '')))
    throw bad('`command` and `setup` are one line of shell each.', "setup: 'module load node'")
  const more = Object.entries(options.options ?? {}).map(([key, value]) => {
    if (!/^[a-z][a-z-]*$/.test(key))
      throw bad(`rows has no option ${JSON.stringify(key)}.`, "options: { policy: 'strict' }")
    return ` --${key} ${quote(String(value))}`
  })
  return `#!/bin/bash
#SBATCH --ntasks=1
${[...sbatchLines({ cpus: workers, ...slurm }), '#SBATCH --output=log-%a.txt'].join('\n')}
# Submitted from its folder as: sbatch --array=TASKS array.sbatch
cd "$SLURM_SUBMIT_DIR" || exit 1
i=$SLURM_ARRAY_TASK_ID
mkdir -p parts
${setup ? `${setup}\n` : ''}[ -f "parts/$i.jsonl" ] && exit 0
# 3 says that some rows could not be used; they are in the part, with the reason.
${command} rows ${step} --in in.jsonl --out "parts/$i.jsonl" --shard "$i/${shards}" --workers ${workers}${more.join('')}
status=$?
[ "$status" -eq 3 ] && exit 0
exit "$status"
`
}

/** The rows as a file that is named by its content. */
async function writeInput(
  dir: string,
  rows: Iterable<object>,
): Promise<{ file: string; sha256: string; count: number }> {
  const part = path.join(dir, `.in-${process.pid}-${Date.now()}.jsonl`)
  const to = openSync(part, 'w')
  let count = 0
  try {
    for (const row of rows) {
      writeSync(to, `${JSON.stringify(row)}\n`)
      count++
    }
  } finally {
    closeSync(to)
  }
  const sha256 = await sha256Of(part)
  const file = path.join(dir, `in-${sha256.slice(0, 12)}.jsonl`)
  renameSync(part, file)
  return { file, sha256, count }
}

interface Looked {
  missing: number[]
  tries: number
  /** Tasks that Slurm still has. */
  waiting: number
  down: string
}

/** Submits what is missing and waits, until every part is there. */
async function runArray(
  far: Machine,
  dir: string,
  { id, shards, retries, on }: { id: string; shards: number; retries: number; on: string },
): Promise<void> {
  const signal = host().signal()
  const display = liveDisplay({ 'text/plain': `${id} on ${on}: asking` })
  let text = ''
  try {
    for (let every = 500; ; every = Math.min(every * 1.3, 15_000)) {
      const seen = await look(far, dir, shards, signal)
      text = `${id} on ${on}: ${shards - seen.missing.length} / ${shards} parts${seen.waiting ? `, ${seen.waiting} queued or running` : ''}${seen.tries > 1 ? `, try ${seen.tries}` : ''}${seen.down ? ` (${seen.down})` : ''}`
      display.update({ 'text/plain': text })
      if (seen.missing.length === 0) return
      if (seen.waiting === 0 && !seen.down) {
        if (seen.tries > retries) throw await failed(far, dir, seen, on)
        await submit(far, dir, id, seen)
        every = 500
      }
      await sleep(every, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  } finally {
    display.end({ 'text/plain': text })
  }
}

async function look(far: Machine, dir: string, shards: number, signal: AbortSignal): Promise<Looked> {
  const { stdout } = await far.exec(
    `cd ${quote(dir)} || exit 1
n=$(ls tries 2>/dev/null | sort -n | tail -n 1)
echo "tries=\${n:-0}"
if [ -n "$n" ]; then
  number=$(cat tries/$n/number 2>/dev/null)
  [ -n "$number" ] || number=$(squeue -h -r -o %F -n ${quote(path.posix.basename(dir))} 2>/dev/null | head -n 1)
  if [ -n "$number" ]; then
    said=$(squeue -h -r -j "$number" -o '%T' 2>&1)
    case $said in
    *'nvalid job id'*|'') echo waiting=0 ;;
    *[a-z]*) echo "down=$(echo "$said" | head -n 1)" ;;
    *) echo "waiting=$(echo "$said" | grep -c .)" ;;
    esac
  elif [ -n "$(find tries/$n -maxdepth 0 -mmin -1)" ]; then
    # Someone is submitting it at this moment.
    echo waiting=1
  fi
fi
echo "there=$(ls parts 2>/dev/null | grep -x '[0-9]*[.]jsonl' | tr -d .jsonl | tr '\\n' ' ')"`,
    { patience: 1800, signal },
  )
  const text = stdout.toString()
  const one = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1]?.trim() ?? ''
  const there = new Set(one('there').split(' ').map(Number))
  return {
    missing: Array.from({ length: shards }, (_, index) => index + 1).filter((index) => !there.has(index)),
    tries: Number(one('tries')) || 0,
    waiting: Number(one('waiting')) || 0,
    down: one('down'),
  }
}

/** One array of the missing tasks. Whoever makes the folder of the try submits it. */
async function submit(far: Machine, dir: string, id: string, seen: Looked): Promise<void> {
  const next = seen.tries + 1
  const { stdout, stderr } = await far.exec(`cd ${quote(dir)} || exit 1
mkdir -p tries && mkdir tries/${next} 2>/dev/null || { echo taken; exit 0; }
number=$(sbatch --parsable --job-name=${id} --array=${seen.missing.join(',')} array.sbatch) || { rmdir tries/${next}; exit 1; }
echo "\${number%%;*}" > tries/${next}/number
echo submitted`)
  if (/submitted|taken/.test(stdout.toString())) return
  throw new Stopped(
    'no-host',
    `Slurm does not take the array: ${stderr.trim()}`,
    "slurm: { partition: '…', account: '…' }",
  )
}

async function failed(far: Machine, dir: string, { missing, tries }: Looked, on: string): Promise<Stopped> {
  const { stdout } = await far.exec(`tail -n 12 ${quote(`${dir}/log-${missing[0]}.txt`)}`)
  return new Stopped(
    'failed',
    `${missing.length === 1 ? `Task ${missing[0]}` : `Tasks ${missing.join(', ')}`} on ${on} failed ${tries} times. The end of what task ${missing[0]} printed:\n${stdout.toString().trimEnd()}`,
    "rowsArray(…, { setup: '…', command: '…' })   # the parts that are done stay",
  )
}

/** The parts, verified, one after the other; and as many lines as there were rows. */
async function join(
  far: Machine,
  dir: string,
  { shards, joined, count }: { shards: number; joined: string; count: number },
): Promise<void> {
  const whole = `${joined}.new`
  rmSync(whole, { force: true })
  for (let index = 1; index <= shards; index++) {
    const part = await fetchFile(far, `${dir}/parts/${index}.jsonl`, `${joined}.${index}`)
    appendFileSync(whole, readFileSync(part))
    rmSync(part)
  }
  renameSync(whole, joined)
  const lines = (await readLines(joined)).length
  if (lines !== count)
    throw new Stopped(
      'bad-data',
      `${count} rows went in, ${lines} came out.`,
      `wc -l ${joined}   # the parts: ${dir}/parts`,
    )
}

async function readLines(file: string): Promise<unknown[]> {
  const out: unknown[] = []
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY }))
    if (line !== '') out.push(JSON.parse(line))
  return out
}
