// A written training set to the Hub, in one commit: what is there already is not sent again, and a dry run sends nothing.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { host } from '../host.js'
import { type Asked, endpoint, hubJson, hubRequest, token } from '../hub/index.js'
import { Stopped } from '../stopped.js'
import { escapeHtml, Progress } from '../workspace/index.js'
import { bytes } from './card-words.js'
import type { Dataset } from './dataset.js'
import { uploadLarge } from './push-large.js'

export interface PushOptions {
  /** Where it goes: 'owner/name'. It is made where it is not there. */
  to: string
  /** Says what would be sent, with every hash and the card, and sends nothing. @default false */
  dryRun?: boolean
  /** Only its owner sees it. Counts when the repository is made; one that is there stays as it is. @default true */
  private?: boolean
  /** The commit's message. @default the set's name and its rows */
  message?: string
}

/** A file that is pushed. */
export interface PushedFile {
  path: string
  size: number
  /** Hex. */
  sha256: string
  /**
   * What became of it. 'there already': unchanged on the Hub; 'stored already': its bytes were there, by an earlier push
   * that broke off or in another repository.
   */
  how: 'sent' | 'in the commit' | 'there already' | 'stored already' | 'not sent (dry run)'
}

export interface Pushed {
  to: string
  /** Where it can be seen. */
  url: string
  /** The commit on the Hub; absent in a dry run, and where nothing had changed the one that was there. */
  commit?: string
  private: boolean
  dryRun: boolean
  files: PushedFile[]
  /** The card as it is pushed. */
  card: string
}

interface Local extends PushedFile {
  file: string
  /** The name of a small file's bytes in git. */
  git: string
  sample: string
}

/** Bytes of a file's begin by which the Hub decides whether it is a large one. */
const SAMPLE = 512

/**
 * Pushes a training set (its files, dataset_info.json and the card) to a dataset repository on the Hub. One commit, all
 * or nothing; large files are sent first and only where the Hub has not got them, so that a push that broke off is
 * finished by the same call. A new repository is private.
 *
 * The token (HF_TOKEN, or of `hf auth login`) needs write access. It is sent to the Hub only and shown nowhere.
 *
 * @throws Stopped 'no-key' without a token, 'bad-key' where it may not write, 'no-server', 'no-file' where a file of the set
 * is gone, 'bad-data' where one has changed since it was written.
 * @example await push(data, { to: 'me/sky-t1-17k', dryRun: true }); await push(data, { to: 'me/sky-t1-17k' })
 */
export async function push(data: Dataset, options: PushOptions): Promise<Pushed> {
  check(data, options)
  const { to, dryRun = false } = options
  const files = await Promise.all(data.files.map((file) => local(data.dir, file.name, file.sha256)))
  const card = await readFile(path.join(data.dir, 'README.md'), 'utf8')
  const pushed: Pushed = {
    to,
    url: `${endpoint()}/datasets/${to}`,
    private: options.private ?? true,
    dryRun,
    files: files.map(({ path: name, size, sha256 }) => ({ path: name, size, sha256, how: 'not sent (dry run)' })),
    card,
  }
  if (!dryRun) {
    if (token() === undefined)
      throw new Stopped(
        'no-key',
        `Pushing to ${to} needs a token with write access, and there is none.`,
        `Make one at ${endpoint()}/settings/tokens; then %env HF_TOKEN=? in a notebook, export HF_TOKEN=… in a shell, or hf auth login. push(data, { to, dryRun: true }) needs none.`,
      )
    await send(files, pushed, data, options)
  }
  return Object.defineProperty(pushed, Symbol.for('Jupyter.display'), {
    value: () => display(pushed),
    enumerable: false,
  })
}

async function send(files: Local[], pushed: Pushed, data: Dataset, options: PushOptions): Promise<void> {
  const { to } = options
  const asked: Asked = { kind: 'dataset', repo: to }
  const signal = host().signal()
  const api = `/api/datasets/${to.split('/').map(encodeURIComponent).join('/')}`
  pushed.private = await makeRepository(to, pushed.private, asked, signal)
  const there = await remote(api, asked, signal)
  const changed = files.filter(({ path: name, git, sha256 }) => ![git, sha256].includes(there.get(name) ?? ''))
  for (const { path: name } of files) if (!changed.some((one) => one.path === name)) mark(pushed, name, 'there already')
  if (changed.length === 0) {
    pushed.commit = there.get('') ?? undefined
    return
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
  const progress = new Progress('push', large.length || undefined)
  let how: 'done' | 'stopped' = 'stopped'
  try {
    const sent = await uploadLarge(to, large, { asked, signal, progress: () => progress.add({}) })
    const lines: unknown[] = [
      { key: 'header', value: { summary: options.message ?? `${data.name}: ${data.rows} rows`, description: '' } },
    ]
    for (const { path: name, sha256, size, file } of changed) {
      if (modes.get(name) === 'lfs') {
        lines.push({ key: 'lfsFile', value: { path: name, algo: 'sha256', oid: sha256, size } })
        mark(pushed, name, sent.has(sha256) ? 'sent' : 'stored already')
      } else {
        lines.push({
          key: 'file',
          value: { path: name, content: (await readFile(file)).toString('base64'), encoding: 'base64' },
        })
        mark(pushed, name, 'in the commit')
      }
    }
    const made = await hubJson<{ commitOid?: string }>(`${api}/commit/main`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`,
      asked,
      signal,
      timeout: 300,
      // A commit that was made though its answer was lost is found by the next call.
      tries: 1,
    })
    pushed.commit = made.value.commitOid
    how = 'done'
  } finally {
    progress.end(how)
  }
}

/** Makes the repository; true where it is private. One that is there is left as it is. */
async function makeRepository(to: string, wanted: boolean, asked: Asked, signal: AbortSignal): Promise<boolean> {
  const [owner, name] = to.split('/') as [string, string]
  const { value: who } = await hubJson<{ name?: string }>('/api/whoami-v2', { signal })
  const response = await hubRequest('/api/repos/create', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name,
      ...(owner !== who.name && { organization: owner }),
      type: 'dataset',
      visibility: wanted ? 'private' : 'public',
    }),
    asked,
    signal,
    accept: [409],
  })
  await response.body?.cancel().catch(() => undefined)
  const { value } = await hubJson<{ private?: boolean }>(`/api/datasets/${owner}/${name}`, { asked, signal })
  const hidden = value.private ?? false
  // Nothing is sent to a repository that everybody sees and nobody asked for.
  if (response.status !== 409 && wanted && !hidden)
    throw new Stopped(
      'failed',
      `${to} was made, and the Hub says that it is public, not private. Nothing was sent.`,
      `Make it private at ${endpoint()}/datasets/${to}/settings, then push again.`,
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

function mark(pushed: Pushed, name: string, how: PushedFile['how']): void {
  const file = pushed.files.find((one) => one.path === name)
  if (file) file.how = how
}

async function local(dir: string, name: string, written: string): Promise<Local> {
  const file = path.join(dir, name)
  const size = (await stat(file).catch((error: NodeJS.ErrnoException) => gone(file, error))).size
  const hash = createHash('sha256')
  const git = createHash('sha1').update(`blob ${size}\0`)
  let sample: Buffer | undefined
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    sample ??= (chunk as Buffer).subarray(0, SAMPLE)
    hash.update(chunk as Buffer)
    git.update(chunk as Buffer)
  }
  const sha256 = hash.digest('hex')
  if (sha256 !== written)
    throw new Stopped(
      'bad-data',
      `${file} has changed since it was written: its sha256 is ${sha256.slice(0, 12)}…, not ${written.slice(0, 12)}….`,
      'Write the set again: const data = await dataset(rows, { name, in: work })',
    )
  return {
    path: name,
    file,
    size,
    sha256,
    git: git.digest('hex'),
    sample: (sample ?? Buffer.alloc(0)).toString('base64'),
    how: 'sent',
  }
}

function gone(file: string, error: NodeJS.ErrnoException): never {
  throw new Stopped(
    'no-file',
    `${file} cannot be read: ${error.message}.`,
    'await dataset(rows, { name, in: work })',
    error,
  )
}

function check(data: Dataset, options: PushOptions): void {
  const example = "push(data, { to: 'me/sky-t1-17k', dryRun: true })"
  if (typeof data?.dir !== 'string' || !Array.isArray(data.files))
    throw new Stopped('bad-call', 'push(…) takes what dataset(…) returned.', `${example} with data = await dataset(…)`)
  const { to } = options ?? {}
  if (typeof to !== 'string' || !/^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(to))
    throw new Stopped('bad-call', `to is ${JSON.stringify(to)}, not 'owner/name'.`, example)
}

function display({ to, url, dryRun, files, commit, private: hidden, card }: Pushed): Record<string, string> {
  const width = Math.max(...files.map((file) => file.path.length))
  const head = dryRun
    ? `Would be pushed to ${to} (${hidden ? 'private where it is made' : 'public'}); nothing was sent:`
    : `${to} (${hidden ? 'private' : 'public'})${commit ? ` at ${commit.slice(0, 12)}` : ', nothing had changed'}: ${url}`
  const rows = files.map(({ path: name, size, sha256, how }) => [name, bytes(size), sha256, how] as const)
  const lines = rows.map(
    ([name, size, sha256, how]) => `  ${name.padEnd(width)}  ${size.padStart(9)}  ${sha256}  ${how}`,
  )
  const cell = (text: string, i: number) =>
    `<td style="text-align:left;${i === 2 ? 'overflow-wrap:anywhere' : 'white-space:nowrap'}">${escapeHtml(text)}</td>`
  const shown = dryRun
    ? `<details><summary><b>The card</b></summary><pre style="white-space:pre-wrap;overflow-wrap:anywhere">${escapeHtml(card)}</pre></details>`
    : ''
  const html = `<div style="max-width:60em"><b>${escapeHtml(head)}</b><table><thead><tr>${['file', 'size', 'sha256', ''].map((name) => `<th style="text-align:left">${name}</th>`).join('')}</tr></thead><tbody>${rows.map((cells) => `<tr>${cells.map(cell).join('')}</tr>`).join('')}</tbody></table>${shown}</div>`
  return { 'text/plain': [head, ...lines, ...(dryRun ? ['', card] : [])].join('\n'), 'text/html': html }
}
