// Which runs a workspace has started: one line each in runs.jsonl, so that any later process finds them.
import { randomUUID } from 'node:crypto'
import { appendFileSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Stopped } from '../stopped.js'
import type { Job } from './job.js'
import type { KeptIn } from './options.js'

/** What a workspace remembers of a run; everything else is asked of the far machine. */
export interface RunRecord extends Job {
  /** The job's folder on the far machine, absolute. */
  dir: string
  /** OpenSSH configuration it was reached with, where not the user's own. */
  sshConfig?: string
}

const FILE = 'runs.jsonl'

/** The runs that a workspace remembers, oldest first. Nothing is asked of their machines. */
export function records(work: KeptIn): RunRecord[] {
  let text: string
  try {
    text = readFileSync(path.join(work.dir, FILE), 'utf8')
  } catch {
    return []
  }
  const found = new Map<string, RunRecord>()
  for (const line of text.split('\n')) {
    try {
      const record = JSON.parse(line) as RunRecord
      found.set(record.id, record)
    } catch {
      // The last line of a process that was killed while writing; the launch wrote it again.
    }
  }
  return [...found.values()]
}

/** Remembers a run, once. */
export function remember(work: KeptIn, record: RunRecord): void {
  mkdirSync(work.dir, { recursive: true })
  const known = records(work).find((one) => one.id === record.id)
  if (known && known.dir === record.dir) return
  const file = path.join(work.dir, FILE)
  let torn = false
  try {
    const text = readFileSync(file, 'utf8')
    torn = text !== '' && !text.endsWith('\n')
  } catch {
    // There is none yet.
  }
  appendFileSync(file, `${torn ? '\n' : ''}${JSON.stringify(record)}\n`)
}

/** The workspace that has started a run: the given one, else those under ./runs, else the current folder. */
export function findRecord(id: string, work?: KeptIn): { record: RunRecord; work: KeptIn } | undefined {
  for (const dir of places(work)) {
    const record = records({ dir }).find((one) => one.id === id)
    if (record) return { record, work: { dir } }
  }
  return undefined
}

/** Folders in which runs may be remembered: the given workspace, else the current folder and those under ./runs. */
export function places(work?: KeptIn): string[] {
  return work ? [work.dir] : [process.cwd(), ...folders('runs')]
}

function folders(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => path.join(dir, entry.name))
  } catch {
    return []
  }
}

/**
 * Runs one launch of an id at a time on this computer, so that two of them never send to one file.
 * The lock is a file with the holder's pid; one whose holder is gone is taken over.
 */
export async function alone<T>(work: KeptIn, id: string, launch: () => Promise<T>): Promise<T> {
  mkdirSync(work.dir, { recursive: true })
  const file = path.join(work.dir, `.launch-${id}`)
  while (!take(file)) await sleep(200)
  try {
    return await launch()
  } finally {
    rmSync(file, { force: true })
  }
}

function take(file: string): boolean {
  const mine = `${file}.${process.pid}.${randomUUID()}`
  try {
    writeFileSync(mine, String(process.pid))
    // A link appears with its content, so nobody reads a lock that does not say yet whose it is.
    linkSync(mine, file)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC')
      throw new Stopped('disk', `There is no room for ${file}.`, `df -h ${path.dirname(file)}`, error)
    if (code !== 'EEXIST') throw error
  } finally {
    rmSync(mine, { force: true })
  }
  try {
    // Its holder was killed. Of two that see this, at worst both launch; the hash of what was sent tells.
    if (!alive(Number(readFileSync(file, 'utf8')))) rmSync(file, { force: true })
  } catch {
    // It was released in between.
  }
  return false
}

function alive(pid: number): boolean {
  if (!pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
