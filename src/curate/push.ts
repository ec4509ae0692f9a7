// A written training set to the Hub, in one commit: what is there already is not sent again, and a dry run sends nothing.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { endpoint, readFiles, type SentHow, sendFiles, token } from '../hub/index.js'
import { checkKnown, type Known } from '../known.js'
import { Stopped } from '../stopped.js'
import { escapeHtml } from '../workspace/index.js'
import { bytes } from './card-words.js'
import type { Dataset } from './dataset.js'

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
  how: SentHow | 'not sent (dry run)'
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
  checkKnown('push(…)', options, OPTIONS)
  const { to, dryRun = false } = options
  const wanted = data.files.map(({ name, sha256 }) => {
    if (name === data.card) return { path: 'README.md', from: name, sha256 }
    // Other sets of the folder stand in it too, and may have come later.
    return name === 'dataset_info.json' ? { path: name } : { path: name, sha256 }
  })
  const files = await readFiles(data.dir, wanted, 'const data = await dataset(rows, { name, in: work })')
  const card = await readFile(path.join(data.dir, data.card), 'utf8')
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
    const message = options.message ?? `${data.name}: ${data.rows} rows`
    const sent = await sendFiles(files, { kind: 'dataset', repo: to, private: pushed.private, message, task: 'push' })
    pushed.private = sent.private
    if (sent.commit) pushed.commit = sent.commit
    for (const file of pushed.files) file.how = sent.how.get(file.path)!
  }
  return Object.defineProperty(pushed, Symbol.for('Jupyter.display'), {
    value: () => display(pushed),
    enumerable: false,
  })
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

const OPTIONS: Known<Required<PushOptions>> = {
  to: true,
  dryRun: true,
  private: true,
  message: true,
}
