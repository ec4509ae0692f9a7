// What a disk that cannot be written to says, and where answers go meanwhile that were paid for.
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Stopped } from '../stopped.js'
import { count } from './words.js'

/** With less room than a page nothing more is sent: what would come back could not be kept. */
const ROOM = 4096

/** Makes a folder and those above it. Node's own way calls a read-only disk a missing folder: then the reason is found. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    let missing = folder
    while (!existsSync(path.dirname(missing))) missing = path.dirname(missing)
    mkdirSync(missing)
    mkdirSync(folder, { recursive: true })
  }
}

/** Whether there is no room in a folder; false where nobody knows. */
export function isFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize < ROOM
  } catch {
    return false
  }
}

/**
 * What the disk's error means for a reader.
 * @param saved How many answers are in the journal.
 * @param elsewhere Where those are that it could not take; undefined where there are none.
 */
export function diskStopped(
  error: unknown,
  name: string,
  saved: number,
  elsewhere?: { answers: number; file: string | undefined },
): Stopped {
  const { code = 'unknown', message } = error as NodeJS.ErrnoException
  const before = saved > 0 ? ` ${count(saved, 'answer')} before it ${saved === 1 ? 'is' : 'are'} saved.` : ''
  const kept = elsewhere
    ? ` ${count(elsewhere.answers, 'answer')} that it did not take ${elsewhere.answers === 1 ? 'is' : 'are'} in ${elsewhere.file ?? 'the memory of this process'} and will be put in place.`
    : ''
  const stopped = (what: string, fix: string) => new Stopped('disk', `${what}${before}${kept}`, fix, error)
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return stopped(
      `The disk is full: ${name} cannot take another line (${code}).`,
      `Make room (df -h ${name}) and run the cell again: it continues with what is saved.`,
    )
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return stopped(
      `${name} cannot be written to (${code}).`,
      `Make it writable (chmod -R u+w ${name}), or name a folder of yours: workspace('runs/mine').`,
    )
  if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'EISDIR')
    return stopped(
      `${name} cannot be a workspace: a file stands where a folder is needed (${message}).`,
      "Name another folder: workspace('runs/mine').",
    )
  return stopped(`${name} cannot be written to: ${message}.`, 'Run the cell again: it continues with what is saved.')
}

/** Folders in which a workspace's lines wait while its own disk takes none, the best first. */
function shelters(dir: string): string[] {
  const hash = createHash('sha256').update(dir).digest('hex').slice(0, 16)
  return [path.join(os.tmpdir(), `skylab-kept-${hash}`), path.join(os.homedir(), `.skylab-kept-${hash}`)]
}

/** Writes lines where there is room. Gives the file; undefined where there is none anywhere. */
export function shelter(dir: string, stage: string, lines: Buffer[]): string | undefined {
  for (const folder of shelters(dir)) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      if (!isOurs(folder)) continue
      const target = path.join(folder, `${stage}.jsonl`)
      const file = openSync(target, 'a', 0o600)
      try {
        const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]))
        if (writeSync(file, bytes) !== bytes.length) continue
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      return target
    } catch {}
  }
  return undefined
}

/** What an earlier process left there, in pieces of whole lines. */
export function sheltered(dir: string, stage: string): Buffer[] {
  return shelters(dir)
    .filter(isOurs)
    .map((folder) => path.join(folder, `${stage}.jsonl`))
    .filter((file) => existsSync(file))
    .map((file) => Buffer.concat([readFileSync(file), Buffer.from('\n')]))
}

export function leaveShelter(dir: string, stage: string): void {
  for (const folder of shelters(dir).filter(isOurs)) {
    try {
      rmSync(path.join(folder, `${stage}.jsonl`), { force: true })
      rmdirSync(folder)
    } catch {}
  }
}

/** Whether a folder is one that this user made: in a place where everybody may write, another could plant answers. */
function isOurs(folder: string): boolean {
  try {
    const stat = lstatSync(folder)
    const own = process.getuid?.()
    return stat.isDirectory() && (own === undefined || (stat.uid === own && (stat.mode & 0o022) === 0))
  } catch {
    return false
  }
}
