// Files that are there whole or not at all.
import { createHash } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Stopped } from '../stopped.js'

/** Enough to keep writes few. */
const CHUNK = 1 << 20

/**
 * Writes a file beside its place and moves it there when it is complete and on disk, so that a kill leaves the old file
 * or the new one. Gives the sha256 (hex) and the size in bytes.
 *
 * @throws Stopped 'disk' where the folder cannot be made or written to, or the disk is full.
 */
export async function writeWhole(file: string, pieces: Iterable<string>): Promise<{ sha256: string; bytes: number }> {
  const part = `${file}.${process.pid}.part`
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
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    const full = code === 'ENOSPC'
    throw new Stopped(
      'disk',
      `${file} cannot be written: ${full ? 'the disk is full' : message}.`,
      full ? `df -h ${path.dirname(file)}` : `ls -ld ${path.dirname(file)}`,
      error,
    )
  }
  return { sha256: hash.digest('hex'), bytes }
}
