// Files that are there whole or not at all.
import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Stopped } from '../stopped.js'

/** Enough to keep writes few. */
const CHUNK = 1 << 20

let names = 0

/** A name beside a file that nothing else writes to: no other process, and no other call of this one. */
export function beside(file: string, ending = 'part'): string {
  return `${file}.${process.pid}.${names++}.${ending}`
}

/**
 * Writes a file beside its place and moves it there when it is complete and on disk, so that a kill leaves the old file
 * or the new one. Gives the sha256 (hex) and the size in bytes.
 *
 * @throws Stopped 'disk' where the folder cannot be made or written to, or the disk is full.
 */
export async function writeWhole(file: string, pieces: Iterable<string>): Promise<{ sha256: string; bytes: number }> {
  const part = beside(file)
  const hash = createHash('sha256')
  let bytes = 0
  try {
    await mkdir(path.dirname(file), { recursive: true })
    const handle = await open(part, 'w')
    try {
      let waiting = ''
      const flush = async (): Promise<void> => {
        const buffer = Buffer.from(waiting)
        waiting = ''
        hash.update(buffer)
        bytes += buffer.length
        await handle.writeFile(buffer)
      }
      for (const piece of pieces) {
        waiting += piece
        if (waiting.length >= CHUNK) await flush()
      }
      await flush()
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined)
    throw cannotWrite(file, error)
  }
  return { sha256: hash.digest('hex'), bytes }
}

/**
 * Reads a small file and writes it anew, whole or not at all. Nothing else of this process runs in between, so two calls
 * at once both find what the other has added.
 *
 * @param change The text, or undefined where there is no file yet, to the text that is written.
 * @throws Stopped 'disk' where it cannot be read or written; what `change` throws.
 */
export function amend(file: string, change: (before: string | undefined) => string): { sha256: string; bytes: number } {
  let before: string | undefined
  try {
    before = readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') throw new Stopped('disk', `${file} cannot be read: ${message}.`, `ls -l ${file}`, error)
  }
  const text = Buffer.from(change(before))
  const part = beside(file)
  try {
    const handle = openSync(part, 'w')
    try {
      writeFileSync(handle, text)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(part, file)
  } catch (error) {
    rmSync(part, { force: true })
    throw cannotWrite(file, error)
  }
  return { sha256: createHash('sha256').update(text).digest('hex'), bytes: text.length }
}

/** What is said where a file cannot be written. Anything but a fault of the disk stays what it is. */
function cannotWrite(file: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined) return error
  const full = code === 'ENOSPC'
  return new Stopped(
    'disk',
    `${file} cannot be written: ${full ? 'the disk is full' : message}.`,
    full ? `df -h ${path.dirname(file)}` : `ls -ld ${path.dirname(file)}`,
    error,
  )
}
