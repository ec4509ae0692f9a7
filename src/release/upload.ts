// A release on the Hugging Face Hub: what would be sent where, and, when asked, sent.
import { readFiles, sendFiles, token } from '../hub/index.js'
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

/**
 * Uploads a release to the Hub in one commit, or, as it stands by default, says what would be sent: every file with its
 * size and hash, and where to. Interrupted, it is begun again: what the Hub has is not sent twice.
 *
 * @throws Stopped('no-key') without a token, and what the Hub refuses, with what to type
 * @example await upload(out, { repo: 'me/my-model', dry: false })
 */
export async function upload(release: Release, options: UploadOptions): Promise<UploadPlan> {
  const { repo, dry = true } = options ?? ({} as Partial<UploadOptions>)
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
  const { kind = 'model', message = `Release of ${release.name}` } = options
  const files = await readFiles(release.dir, release.files, 'const out = await release(work, { … })')
  const hidden = options.private ?? true
  const { url } = await sendFiles(files, { kind, repo, private: hidden, message, task: 'upload' })
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
