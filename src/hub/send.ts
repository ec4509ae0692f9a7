// Files of a folder to a repository on the Hub, in one commit: what is there already is not sent again.
//
// The Hub takes small texts inside the commit, and large or binary files by Git LFS: it says itself which is which.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { host } from '../host.js'
import { Stopped } from '../stopped.js'
import { Progress } from '../workspace/index.js'
import type { Asked } from './faults.js'
import { hubJson, hubRequest } from './request.js'
import { sendLarge } from './send-large.js'
import { endpoint } from './settings.js'

/**
 * What became of a file. 'there already': unchanged on the Hub; 'stored already': its bytes were there, by an earlier call
 * that broke off or in another repository.
 */
export type SentHow = 'sent' | 'in the commit' | 'there already' | 'stored already'

/** A file as it was read: what the Hub knows it by. */
export interface Readable {
  /** Its place in the repository. */
  path: string
  file: string
  size: number
  /** Hex. */
  sha256: string
  /** The name of a small file's bytes in git. */
  git: string
  sample: string
}

/** Bytes of a file's begin by which the Hub decides whether it is a large one. */
const SAMPLE = 512

/**
 * Reads files that are to be sent.
 *
 * @param files `path` in the repository, `from` in the folder where that is another; without `sha256` a file may have changed
 * @param again what to type to write them anew
 * @throws Stopped 'no-file' where one is gone, 'bad-data' where one has changed since it was written
 */
export function readFiles(
  dir: string,
  files: readonly { path: string; from?: string; sha256?: string }[],
  again: string,
): Promise<Readable[]> {
  return Promise.all(files.map((file) => readOne(dir, file, again)))
}

async function readOne(
  dir: string,
  { path: name, from = name, sha256: written }: { path: string; from?: string; sha256?: string },
  again: string,
): Promise<Readable> {
  const file = path.join(dir, from)
  const { size } = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new Stopped('no-file', `${file} cannot be read: ${error.message}.`, again, error)
  })
  const hash = createHash('sha256')
  const git = createHash('sha1').update(`blob ${size}\0`)
  let sample: Buffer | undefined
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    sample ??= (chunk as Buffer).subarray(0, SAMPLE)
    hash.update(chunk as Buffer)
    git.update(chunk as Buffer)
  }
  const sha256 = hash.digest('hex')
  if (written !== undefined && sha256 !== written)
    throw new Stopped(
      'bad-data',
      `${file} has changed since it was written: its sha256 is ${sha256.slice(0, 12)}…, not ${written.slice(0, 12)}….`,
      `Write it again: ${again}`,
    )
  return {
    path: name,
    file,
    size,
    sha256,
    git: git.digest('hex'),
    sample: (sample ?? Buffer.alloc(0)).toString('base64'),
  }
}

export interface SendOptions extends Asked {
  /** Whether a repository that is made is private; one that is there stays as it is. */
  private: boolean
  /** What the commit says. */
  message: string
  /** What the progress is called. */
  task: string
}

export interface Sent {
  /** The commit: its name, and where it can be seen where the Hub says so. Absent where nothing had changed and there was none. */
  commit?: string
  url?: string
  private: boolean
  how: Map<string, SentHow>
}

/**
 * Sends files in one commit, all or nothing; large ones first and only where the Hub has not got them, so that what broke
 * off is finished by the same call.
 */
export async function sendFiles(files: readonly Readable[], options: SendOptions): Promise<Sent> {
  const { kind, repo } = options
  const asked: Asked = { kind, repo }
  const signal = host().signal()
  const api = `/api/${kind}s/${repo.split('/').map(encodeURIComponent).join('/')}`
  const made: Sent = { private: await makeRepository(asked, options.private, signal), how: new Map() }
  const there = await remote(api, asked, signal)
  const changed = files.filter(({ path: name, git, sha256 }) => ![git, sha256].includes(there.get(name) ?? ''))
  for (const { path: name } of files) made.how.set(name, 'there already')
  if (changed.length === 0) {
    const commit = there.get('')
    return commit ? { ...made, commit } : made
  }
  const { value } = await hubJson<{ files: { path: string; uploadMode: 'lfs' | 'regular' }[] }>(
    `${api}/preupload/main`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ files: changed.map(({ path: name, size, sample }) => ({ path: name, size, sample })) }),
      asked,
      signal,
    },
  )
  const modes = new Map(value.files.map(({ path: name, uploadMode }) => [name, uploadMode]))
  const large = changed.filter(({ path: name }) => modes.get(name) === 'lfs')
  const progress = new Progress(options.task, large.length || undefined)
  let how: 'done' | 'stopped' = 'stopped'
  try {
    const sent = await sendLarge(large, { asked, signal, progress: () => progress.add({}) })
    const lines: unknown[] = [{ key: 'header', value: { summary: options.message, description: '' } }]
    for (const { path: name, sha256, size, file } of changed) {
      if (modes.get(name) === 'lfs') {
        lines.push({ key: 'lfsFile', value: { path: name, algo: 'sha256', oid: sha256, size } })
        made.how.set(name, sent.has(sha256) ? 'sent' : 'stored already')
      } else {
        lines.push({
          key: 'file',
          value: { path: name, content: (await readFile(file)).toString('base64'), encoding: 'base64' },
        })
        made.how.set(name, 'in the commit')
      }
    }
    const { value: commit } = await hubJson<{ commitOid?: string; commitUrl?: string }>(`${api}/commit/main`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`,
      asked,
      signal,
      timeout: 600,
      // A commit that was made though its answer was lost is found by the next call.
      tries: 1,
    })
    how = 'done'
    return {
      ...made,
      ...(commit.commitOid && { commit: commit.commitOid }),
      ...(commit.commitUrl && { url: commit.commitUrl }),
    }
  } finally {
    progress.end(how)
  }
}

/** Makes the repository; true where it is private. One that is there is left as it is. */
async function makeRepository(asked: Asked, wanted: boolean, signal: AbortSignal): Promise<boolean> {
  const { kind, repo } = asked
  const [owner, name] = repo.split('/') as [string, string]
  const { value: who } = await hubJson<{ name?: string }>('/api/whoami-v2', { signal })
  const response = await hubRequest('/api/repos/create', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name,
      ...(owner !== who.name && { organization: owner }),
      type: kind,
      visibility: wanted ? 'private' : 'public',
    }),
    asked,
    signal,
    accept: [409],
  })
  await response.body?.cancel().catch(() => undefined)
  const { value } = await hubJson<{ private?: boolean }>(`/api/${kind}s/${owner}/${name}`, { asked, signal })
  const hidden = value.private ?? false
  // Nothing is sent to a repository that everybody sees and nobody asked for.
  if (response.status !== 409 && wanted && !hidden)
    throw new Stopped(
      'failed',
      `${repo} was made, and the Hub says that it is public, not private. Nothing was sent.`,
      `Make it private at ${endpoint()}/${kind === 'dataset' ? 'datasets/' : ''}${repo}/settings, then send it again.`,
    )
  return hidden
}

/** Path → name of the bytes, of everything on the main branch; '' → the commit. */
async function remote(api: string, asked: Asked, signal: AbortSignal): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const { value } = await hubJson<{ sha?: string }>(api, { asked, signal })
  if (value.sha) found.set('', value.sha)
  let where: string | undefined = `${api}/tree/main`
  while (where !== undefined) {
    const page: { value: { type: string; path: string; oid: string; lfs?: { oid: string } }[]; headers: Headers } =
      await hubJson(where, { asked, signal, accept: [404] })
    if (!Array.isArray(page.value)) break
    for (const { type, path: name, oid, lfs } of page.value) if (type === 'file') found.set(name, lfs?.oid ?? oid)
    where = /<([^>]+)>;\s*rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
  }
  return found
}
