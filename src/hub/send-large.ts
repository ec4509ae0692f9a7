// Large files to the Hub's storage, in Git LFS's way: ask which are wanted, send those, in parts where they are large.
import { open } from 'node:fs/promises'
import { Stopped } from '../stopped.js'
import type { Asked } from './faults.js'
import { hubJson, hubRequest } from './request.js'

interface Large {
  file: string
  path: string
  size: number
  sha256: string
}

interface Action {
  href: string
  header?: Record<string, string>
}

interface Wanted {
  oid: string
  size: number
  error?: { code: number; message: string }
  actions?: { upload?: Action; verify?: Action }
}

const LFS = 'application/vnd.git-lfs+json'

export interface LargeOptions {
  asked: Asked
  signal: AbortSignal
  /** Called when a file is there. */
  progress(): void
}

/**
 * Sends what the Hub has not got yet; gives the hashes of what was sent. A file that is there is not asked for again, so
 * what broke off goes on where it was.
 */
export async function sendLarge(files: readonly Large[], options: LargeOptions): Promise<Set<string>> {
  const { asked, signal } = options
  const sent = new Set<string>()
  if (files.length === 0) return sent
  const { value } = await hubJson<{ objects: Wanted[] }>(
    `/${asked.kind === 'dataset' ? 'datasets/' : ''}${asked.repo}.git/info/lfs/objects/batch`,
    {
      method: 'POST',
      headers: { 'content-type': LFS, accept: LFS },
      body: JSON.stringify({
        operation: 'upload',
        transfers: ['basic', 'multipart'],
        hash_algo: 'sha256',
        ref: { name: 'main' },
        objects: files.map(({ sha256, size }) => ({ oid: sha256, size })),
      }),
      asked,
      signal,
    },
  )
  for (const { oid, error, actions } of value.objects) {
    const file = files.find(({ sha256 }) => sha256 === oid)
    if (file === undefined) continue
    if (error)
      throw new Stopped(
        'no-server',
        `The Hub does not take ${file.path}: ${error.message} (${error.code}).`,
        'Try again later.',
      )
    if (actions?.upload === undefined) continue
    await sendOne(file, actions.upload, options)
    if (actions.verify)
      await hubRequest(actions.verify.href, {
        method: 'POST',
        headers: { 'content-type': LFS, ...actions.verify.header },
        body: JSON.stringify({ oid, size: file.size }),
        asked,
        signal,
      }).then((response) => response.body?.cancel())
    sent.add(oid)
    options.progress()
  }
  return sent
}

async function sendOne(file: Large, { href, header = {} }: Action, options: LargeOptions): Promise<void> {
  const size = Number(header.chunk_size)
  if (!Number.isFinite(size) || size <= 0) {
    await put(file, href, 0, file.size, header, options)
    return
  }
  // Addresses of the parts are numbered header fields; the file is whole when their tags are posted to the upload's own.
  const parts: { partNumber: number; etag: string }[] = []
  const numbers = Object.keys(header)
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(a) - Number(b))
  for (const [i, name] of numbers.entries()) {
    const from = i * size
    const response = await put(file, header[name]!, from, Math.min(file.size, from + size), {}, options)
    const etag = response.headers.get('etag')
    if (!etag)
      throw new Stopped('no-server', `The storage gave no tag for part ${i + 1} of ${file.path}.`, 'Try again later.')
    parts.push({ partNumber: Number(name), etag })
  }
  const done = await hubRequest(href, {
    method: 'POST',
    headers: { 'content-type': LFS, accept: LFS },
    body: JSON.stringify({ oid: file.sha256, parts }),
    asked: options.asked,
    signal: options.signal,
  })
  await done.body?.cancel()
}

/** One part of a file, read anew for each try; memory holds a piece of it. */
async function put(
  file: Large,
  href: string,
  from: number,
  to: number,
  header: Record<string, string>,
  { signal }: LargeOptions,
): Promise<Response> {
  const headers = { ...header, 'content-length': String(to - from) }
  const response = await hubRequest(href, {
    method: 'PUT',
    headers,
    body: () => stream(file.file, from, to),
    signal,
    timeout: 3600,
  })
  await response.body?.cancel()
  return response
}

function stream(file: string, from: number, to: number): ReadableStream<Uint8Array> {
  let at = from
  let handle: Awaited<ReturnType<typeof open>> | undefined
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      handle ??= await open(file)
      const buffer = Buffer.alloc(Math.min(1 << 20, to - at))
      const { bytesRead } = buffer.length > 0 ? await handle.read(buffer, 0, buffer.length, at) : { bytesRead: 0 }
      at += bytesRead
      if (bytesRead > 0) controller.enqueue(buffer.subarray(0, bytesRead))
      if (at >= to || bytesRead === 0) {
        await handle.close()
        controller.close()
      }
    },
    async cancel() {
      await handle?.close()
    },
  })
}
