// Who downloads a file, where two processes want the same one.
import { type FileHandle, mkdir, open, readFile, rename, stat, unlink, utimes } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** The holder touches its lock this often; one that was not touched for STALE has lost its holder. Milliseconds. */
const TOUCH = 5_000
const STALE = 30_000

/**
 * Runs work while this process holds a lock file; waits while another one does. A lock whose process is gone is taken
 * over. It spares a second download; that the bytes are right is held by their checksum.
 *
 * @param isDone Asked while waiting: true where the other process has done the work.
 */
export async function withLock(
  file: string,
  work: () => Promise<void>,
  isDone: () => boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const own = `${os.hostname()} ${process.pid} ${Math.random().toString(36).slice(2)}`
  for (;;) {
    signal?.throwIfAborted()
    let handle: FileHandle
    try {
      handle = await open(file, 'wx')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (isDone()) return
      if (await isAbandoned(file)) await takeAway(file)
      else await pause(200)
      continue
    }
    const timer = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => undefined), TOUCH)
    timer.unref()
    try {
      await handle.writeFile(own)
      await handle.close()
      await work()
    } finally {
      clearInterval(timer)
      if ((await readFile(file, 'utf8').catch(() => own)) === own) await unlink(file).catch(() => undefined)
    }
    return
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  const [text, touched] = await Promise.all([
    readFile(file, 'utf8').catch(() => ''),
    stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    ),
  ])
  if (touched === undefined) return false
  if (Date.now() - touched > STALE) return true
  const [host, pid] = text.split(' ')
  return host === os.hostname() && pid !== undefined && !isAlive(Number(pid))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** By another name first: of two that find the same abandoned lock, one moves it and the other finds none. */
async function takeAway(file: string): Promise<void> {
  const aside = `${file}.${process.pid}.${Math.random().toString(36).slice(2, 8)}`
  await rename(file, aside)
    .then(() => unlink(aside))
    .catch(() => undefined)
}
