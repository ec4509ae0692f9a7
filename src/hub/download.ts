// One file of a repository into the cache: begun where it was broken off, and believed only when its checksum is right.
import { createHash, type Hash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, rename, stat, statfs, unlink } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Stopped } from '../stopped.js'
import { diskFault, megabytes, type RepoCache } from './cache.js'
import { unreachable } from './faults.js'
import { withLock } from './lock.js'
import type { Repo, RepoFile } from './repo.js'
import { fileAddress } from './repo.js'
import { hubRequest } from './request.js'
import { endpoint } from './settings.js'

/** So many milliseconds without a byte are a connection that hangs. */
const SILENCE = 60_000
/** Breaks in a row, without a byte between them, after which it is given up. */
const BREAKS = 5

/**
 * Brings one file into the cache. A partial file of an earlier try is continued by range; two processes that want the same
 * file share one download.
 *
 * @param onBytes Told of bytes as they come; negative where bytes proved wrong and are fetched again.
 * @throws Stopped; 'bad-data' where the bytes are not those that the Hub promised, twice.
 */
export async function download(
  cache: RepoCache,
  repo: Repo,
  file: RepoFile,
  signal: AbortSignal | undefined,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const blob = cache.blob(file.oid)
  try {
    if (!existsSync(blob)) {
      await mkdir(path.dirname(blob), { recursive: true })
      await withLock(
        cache.lock(file.oid),
        async () => {
          if (existsSync(blob)) return
          await checkRoom(blob, file)
          await fetchBlob(repo, file, blob, signal, onBytes)
        },
        () => existsSync(blob),
        signal,
      )
    }
    await cache.point(repo.commit, file.path, file.oid)
  } catch (error) {
    if (error instanceof Stopped || signal?.aborted || !(error as NodeJS.ErrnoException).syscall) throw error
    throw diskFault(error, cache.folder, file.size)
  }
}

/** A disk that cannot hold the file is known before an hour of downloading. */
async function checkRoom(blob: string, file: RepoFile): Promise<void> {
  const here = await sizeOf(`${blob}.skylab.incomplete`)
  const { bavail, bsize } = await statfs(path.dirname(blob))
  const free = bavail * bsize
  if (free >= file.size - here) return
  throw new Stopped(
    'disk',
    `${file.path} needs ${megabytes(file.size - here)}, and ${path.dirname(blob)} has ${megabytes(free)} left.`,
    'Make room, or name another place: HF_HUB_CACHE=/bigger/disk',
  )
}

async function fetchBlob(
  repo: Repo,
  file: RepoFile,
  blob: string,
  signal: AbortSignal | undefined,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const partial = `${blob}.skylab.incomplete`
  for (let attempt = 1; ; attempt++) {
    const handle = await open(partial, 'a+')
    let got: Received
    try {
      got = await receive(repo, file, handle, partial, signal, onBytes)
    } finally {
      await handle.close()
    }
    if (got.sum === file.oid) break
    await unlink(partial)
    onBytes(-got.size)
    if (attempt === 2)
      throw new Stopped(
        'bad-data',
        `What came for ${file.path} of ${repo.id} is not what the Hub promised: ${got.size} bytes with checksum ${got.sum.slice(0, 12)}…, not ${file.size} with ${file.oid.slice(0, 12)}….`,
        'A proxy or a mirror changes it: try another network, or HF_ENDPOINT=https://huggingface.co',
      )
  }
  await rename(partial, blob)
}

interface Received {
  size: number
  sum: string
}

/** Reads the rest of a file, over as many connections as it takes. */
async function receive(
  repo: Repo,
  file: RepoFile,
  handle: FileHandle,
  partial: string,
  signal: AbortSignal | undefined,
  onBytes: (bytes: number) => void,
): Promise<Received> {
  let size = await sizeOf(partial)
  // Longer than the file can be: another file's, or two writers'.
  if (size > file.size) {
    await handle.truncate(0)
    size = 0
  }
  let hash = begun(file)
  if (size > 0) {
    for await (const chunk of createReadStream(partial, { end: size - 1 })) hash.update(chunk as Buffer)
    onBytes(size)
  }
  let breaks = 0
  while (size < file.size) {
    signal?.throwIfAborted()
    const silent = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(() => silent.abort(new DOMException('no answer in time', 'TimeoutError')), SILENCE)
    }
    const both = signal ? AbortSignal.any([signal, silent.signal]) : silent.signal
    try {
      const response = await hubRequest(fileAddress(repo.kind, repo.id, repo.commit, file.path), {
        headers: size > 0 ? { range: `bytes=${size}-` } : {},
        signal: both,
        asked: { kind: repo.kind, repo: repo.id, revision: repo.commit, file: file.path },
      })
      // The whole file came though only its end was asked for.
      if (size > 0 && response.status !== 206) {
        await handle.truncate(0)
        onBytes(-size)
        size = 0
        hash = begun(file)
      }
      wait()
      if (response.body === null) break
      for await (const chunk of response.body) {
        wait()
        await writeAll(handle, chunk)
        hash.update(chunk)
        size += chunk.length
        breaks = 0
        onBytes(chunk.length)
        if (size > file.size) return { size, sum: 'too long' }
      }
      if (size < file.size && ++breaks > BREAKS) break
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      if (error instanceof Stopped || isDisk(error)) throw error
      if (++breaks > BREAKS) throw unreachable(endpoint(), error)
      await pause(Math.min(500 * 2 ** breaks, 8_000), undefined, { signal }).catch(() => signal?.throwIfAborted())
    } finally {
      clearTimeout(timer)
    }
  }
  return { size, sum: hash.digest('hex') }
}

const isDisk = (error: unknown): boolean =>
  ['write', 'ftruncate', 'fsync'].includes((error as NodeJS.ErrnoException).syscall ?? '')

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, from)
    from += bytesWritten
  }
}

/** A small file is named by git's blob id: the sha1 of a heading and its bytes. */
function begun(file: RepoFile): Hash {
  return file.sum === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${file.size}\0`)
}

async function sizeOf(file: string): Promise<number> {
  return await stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}
