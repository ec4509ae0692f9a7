// What the command itself could not do: what happened, and what to type next.
import { mkdirSync } from 'node:fs'
import path from 'node:path'

/** Exit statuses of the command: 1 the work failed, 2 the call was wrong. */
export type Status = 1 | 2

/** A command that cannot go on. `main` prints `message` and `fix` and ends with `status`. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly fix: string
  readonly status: Status

  /**
   * @param what What happened, with the value received.
   * @param fix What to type or to change.
   * @param status 1 where the work failed (default), 2 where the call was wrong.
   */
  constructor(what: string, fix: string, status: Status = 1, cause?: unknown) {
    super(what, cause === undefined ? undefined : { cause })
    this.fix = fix
    this.status = status
  }

  override toString(): string {
    return `${this.message}\n  → ${this.fix}`
  }
}

/** The operating system's code of a failed call (`ENOENT`, `EACCES`, …), or undefined. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Says in words why a file could not be written. */
export function writeFault(file: string, error: unknown): Fault {
  if (error instanceof Fault) return error
  const code = systemCode(error)
  const known: Record<string, [string, string]> = {
    ENOSPC: ['the disk is full', 'free some space, or name a file on another disk'],
    EDQUOT: ['the quota of this disk is used up', 'free some space, or name a file on another disk'],
    EACCES: ['no permission to write there', 'name a file in a folder that you may write to'],
    EPERM: ['no permission to write there', 'name a file in a folder that you may write to'],
    EROFS: ['that disk is read-only', 'name a file on another disk'],
    EISDIR: ['it is a folder', 'name a file in it'],
    ENOTDIR: ['a part of its path is a file, not a folder', 'name a file in a folder'],
    ENOENT: ['its folder cannot be made', 'name a file in a folder that you may write to'],
    EEXIST: ['a part of its path is a file, not a folder', 'name a file in a folder'],
    ENAMETOOLONG: ['the name is too long', 'choose a shorter name'],
  }
  const [why, fix] = (code && known[code]) || [String(error), 'check the path, and that its folder can be written to']
  return new Fault(`Cannot write ${file}: ${why}.`, fix, 1, error)
}

/** Makes a folder and those above it. Node's own recursive mkdir never returns where a file system answers ENOENT for ever, as /proc does. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'EEXIST') return
    const above = path.dirname(path.resolve(folder))
    if (code !== 'ENOENT' || above === path.resolve(folder)) throw error
    makeFolder(above)
    mkdirSync(folder)
  }
}
