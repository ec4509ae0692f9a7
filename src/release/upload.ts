// A release on the Hugging Face Hub: what would be sent where, and, when asked, sent.
//
// The Hub takes small texts inside the commit, and large or binary files by Git LFS: it says itself which is which.
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { host } from '../host.js'
import { type Asked, hubJson, hubRequest, token } from '../hub/index.js'
import { Stopped } from '../stopped.js'
import { count, escapeHtml, number } from '../workspace/index.js'
import type { Release, ReleasedFile } from './release.js'

export interface UploadOptions {
  /** 'owner/name' on the Hub. */
  repo: string
  kind?: 'model' | 'dataset'
  /** Only say what would be sent. @default true: nothing leaves this machine unless you say so */
  dry?: boolean
  /** A repository that is made is private. @default true */
  private?: boolean
  /** What the commit says. */
  message?: string
}

export interface UploadPlan {
  repo: string
  files: readonly ReleasedFile[]
  /** Whether it was sent. */
  sent: boolean
  /** Where the commit stands; only where it was sent. */
  url?: string
  toString(): string
}

/** Bytes of a file's beginning by which the Hub tells text from other things. */
const SAMPLE = 512

/**
 * Uploads a release to the Hub in one commit, or, as it stands by default, says what would be sent: every file with its
 * size and hash, and where to. Interrupted, it is begun again: what the Hub has is not sent twice.
 *
 * @throws Stopped('no-key') without a token, and what the Hub refuses, with what to type
 * @example await upload(out, { repo: 'me/my-model', dry: false })
 */
export async function upload(release: Release, options: UploadOptions): Promise<UploadPlan> {
  const { repo, dry = true } = options
  if (typeof repo !== 'string' || !/^[\w.-]+\/[\w.-]+$/.test(repo))
    throw new Stopped(
      'bad-call',
      `Expected \`repo\` to be 'owner/name', got ${JSON.stringify(repo)}.`,
      "upload(out, { repo: 'me/my-model' })",
    )
  if (dry) return plan(release, options, false)
  if (!token())
    throw new Stopped(
      'no-key',
      'The Hub takes files only from somebody it knows, and there is no token.',
      '%env HF_TOKEN=?',
    )
  const url = await send(release, options)
  return plan(release, options, true, url)
}

function plan(release: Release, { repo }: UploadOptions, sent: boolean, url?: string): UploadPlan {
  const files = [...release.files]
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const head = `${count(files.length, 'file')}, ${number(bytes)} bytes, ${sent ? `sent to ${url ?? repo}` : `would go to ${repo}; nothing was sent`}`
  const width = Math.max(...files.map((file) => file.path.length))
  const text = [
    head,
    ...files.map(
      (file) => `  ${file.path.padEnd(width)}  ${number(file.bytes).padStart(13)}  ${file.sha256.slice(0, 12)}`,
    ),
    ...(sent ? [] : ['  → upload(out, { …, dry: false })']),
  ].join('\n')
  const made: UploadPlan = { repo, files, sent, ...(url ? { url } : {}), toString: () => text }
  return Object.defineProperties(made, {
    toString: { enumerable: false },
    [Symbol.for('Jupyter.display')]: {
      value: () => ({ 'text/plain': text, 'text/html': `<pre>${escapeHtml(text)}</pre>` }),
    },
  })
}

async function send(release: Release, options: UploadOptions): Promise<string> {
  const { repo, kind = 'model', message = `Release of ${release.name}` } = options
  const signal = host().signal()
  const asked: Asked = { kind, repo }
  const at = `/api/${kind}s/${repo}`
  const [organization, name] = repo.split('/') as [string, string]
  const json = (value: unknown) => ({
    method: 'POST' as const,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
    signal,
    asked,
  })
  // 409: it is there already.
  const made = await hubRequest('/api/repos/create', {
    ...json({ type: kind, name, organization, private: options.private ?? true }),
    accept: [409],
  })
  await made.body?.cancel()
  const question = await Promise.all(
    release.files.map(async (file) => ({ path: file.path, size: file.bytes, sample: await sampleOf(release, file) })),
  )
  const { value } = await hubJson<{ files: { path: string; uploadMode: 'regular' | 'lfs' }[] }>(
    `${at}/preupload/main`,
    json({ files: question }),
  )
  const large = new Set(value.files.filter(({ uploadMode }) => uploadMode === 'lfs').map((file) => file.path))
  await sendLarge(
    release,
    repo,
    kind,
    release.files.filter((file) => large.has(file.path)),
    signal,
  )
  const lines: unknown[] = [{ key: 'header', value: { summary: message } }]
  for (const file of release.files) {
    if (large.has(file.path))
      lines.push({ key: 'lfsFile', value: { path: file.path, algo: 'sha256', oid: file.sha256, size: file.bytes } })
    else {
      const content = (await readFile(path.join(release.dir, file.path))).toString('base64')
      lines.push({ key: 'file', value: { path: file.path, encoding: 'base64', content } })
    }
  }
  const committed = await hubJson<{ commitUrl?: string }>(`${at}/commit/main`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
    signal,
    asked,
    timeout: 600,
  })
  return committed.value.commitUrl ?? repo
}

async function sampleOf({ dir }: Release, file: ReleasedFile): Promise<string> {
  const parts: Buffer[] = []
  for await (const chunk of createReadStream(path.join(dir, file.path), { end: SAMPLE - 1 }))
    parts.push(chunk as Buffer)
  return Buffer.concat(parts).toString('base64')
}

interface LfsObject {
  oid: string
  error?: { message: string }
  actions?: { upload?: LfsAction; verify?: LfsAction }
}

interface LfsAction {
  href: string
  header?: Record<string, string>
}

/** Git LFS: what the Hub has by its hash is not asked for; the rest goes where it says. */
async function sendLarge(
  release: Release,
  repo: string,
  kind: 'model' | 'dataset',
  files: readonly ReleasedFile[],
  signal: AbortSignal,
): Promise<void> {
  if (files.length === 0) return
  const type = 'application/vnd.git-lfs+json'
  const { value } = await hubJson<{ objects: LfsObject[] }>(
    `/${kind === 'dataset' ? 'datasets/' : ''}${repo}.git/info/lfs/objects/batch`,
    {
      method: 'POST',
      headers: { accept: type, 'content-type': type },
      body: JSON.stringify({
        operation: 'upload',
        transfers: ['basic'],
        hash_algo: 'sha_256',
        ref: { name: 'main' },
        objects: files.map(({ sha256, bytes }) => ({ oid: sha256, size: bytes })),
      }),
      signal,
    },
  )
  for (const object of value.objects) {
    const file = files.find(({ sha256 }) => sha256 === object.oid)
    if (object.error)
      throw new Stopped(
        'failed',
        `The Hub does not take ${file?.path}: ${object.error.message}`,
        'upload(out, { … }) once more',
      )
    const { upload: to, verify } = object.actions ?? {}
    if (!file || !to) continue
    const source = () => Readable.toWeb(createReadStream(path.join(release.dir, file.path))) as unknown as BodyInit
    const sent = await hubRequest(to.href, {
      method: 'PUT',
      headers: { ...to.header, 'content-length': String(file.bytes) },
      body: source,
      signal,
      timeout: 3600,
    })
    await sent.body?.cancel()
    if (!verify) continue
    const checked = await hubRequest(verify.href, {
      method: 'POST',
      headers: { 'content-type': type, ...verify.header },
      body: JSON.stringify({ oid: file.sha256, size: file.bytes }),
      signal,
    })
    await checked.body?.cancel()
  }
}
