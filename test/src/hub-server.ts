// A server that speaks the Hub's API for reading, with its storage on another host: what the library's client and
// Hugging Face's own are tested against. It can be told to break off, to lie and to be busy.
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listening } from './listening.js'

export interface FakeRepo {
  kind?: 'dataset' | 'model'
  id: string
  /** Path → content. Files of 1 kB and more, and Parquet, are large files: kept on the other host, named by their sha256. */
  files: Record<string, Buffer | string>
  /** What the README's heading says. */
  card?: object
  /** Asked for a token that was let in. */
  gated?: boolean
  /** Seen only with a token. */
  private?: boolean
  /** Other revisions: name → files. */
  revisions?: Record<string, Record<string, Buffer | string>>
  /** Where it was before it was renamed. */
  formerly?: string
}

export interface Seen {
  method: string
  host: 'hub' | 'storage'
  path: string
  authorization: string | undefined
  range: string | undefined
}

export interface FakeHub {
  url: string
  storage: string
  seen: Seen[]
  /** Tokens that are known; those of `members` may read gated repositories. */
  tokens: Set<string>
  members: Set<string>
  repos: FakeRepo[]
  /** Takes a request before it is answered: true where it did. */
  before?: (seen: Seen, request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>
  /** Changes what the storage sends. */
  bytes?: (bytes: Buffer, seen: Seen) => { bytes: Buffer; cut?: number; status?: number; pause?: number }
  /** Files of a page of the tree. */
  page: number
  close(): Promise<void>
}

interface Stored {
  path: string
  bytes: Buffer
  git: string
  sha256: string | undefined
}

const sha = (name: string, bytes: Buffer | string) => createHash(name).update(bytes).digest('hex')

function stored(files: FakeRepo['files']): Stored[] {
  return Object.entries(files)
    .map(([path, content]) => {
      const bytes = Buffer.from(content as Buffer)
      const large = bytes.length >= 1000 || path.endsWith('.parquet')
      return {
        path,
        bytes,
        git: sha('sha1', Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes])),
        sha256: large ? sha('sha256', bytes) : undefined,
      }
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

export async function fakeHub(repos: FakeRepo[]): Promise<FakeHub> {
  const hub: FakeHub = {
    url: '',
    storage: '',
    seen: [],
    tokens: new Set(['hf_good', 'hf_stranger']),
    members: new Set(['hf_good']),
    repos,
    page: 3,
    close: async () => {},
  }
  const commits = new Map<string, { repo: FakeRepo; files: Stored[] }>()
  const commitOf = (repo: FakeRepo, revision: string): string | undefined => {
    const files = revision === 'main' ? repo.files : repo.revisions?.[revision]
    if (files === undefined) return commits.get(revision)?.repo === repo ? revision : undefined
    const list = stored(files)
    const commit = sha('sha1', JSON.stringify([repo.id, list.map(({ path, git }) => [path, git])]))
    commits.set(commit, { repo, files: list })
    return commit
  }

  const note = (where: 'hub' | 'storage', request: IncomingMessage): Seen => {
    const seen = {
      method: request.method!,
      host: where,
      path: request.url!,
      authorization: request.headers.authorization,
      range: request.headers.range,
    }
    hub.seen.push(seen)
    return seen
  }

  const onHub = async (request: IncomingMessage, response: ServerResponse) => {
    const seen = note('hub', request)
    if (await hub.before?.(seen, request, response)) return
    const url = new URL(request.url!, hub.url)
    const parts = url.pathname.slice(1).split('/').map(decodeURIComponent)
    const token = /^Bearer (.+)$/.exec(seen.authorization ?? '')?.[1]
    const refuse = (status: number, code: string | undefined, message: string) => {
      if (code) response.setHeader('x-error-code', code)
      response.setHeader('x-error-message', message)
      response.setHeader('content-type', 'application/json')
      response.statusCode = status
      response.end(JSON.stringify({ error: message }))
    }
    if (token !== undefined && !hub.tokens.has(token))
      return refuse(401, undefined, 'Invalid credentials in Authorization header')
    if (parts[0] === 'api' && parts[1] === 'whoami-v2')
      return token
        ? json(response, { name: 'someone', type: 'user' })
        : refuse(401, undefined, 'Invalid username or password.')

    const isApi = parts[0] === 'api'
    const kind = parts[isApi ? 1 : 0] === 'datasets' ? 'dataset' : 'model'
    const begin = isApi ? 2 : kind === 'dataset' ? 1 : 0
    const id = parts.slice(begin, begin + 2).join('/')
    const rest = parts.slice(begin + 2)
    const moved = hub.repos.find((it) => it.formerly === id && (it.kind ?? 'dataset') === kind)
    if (moved) {
      response.statusCode = 307
      response.setHeader('location', request.url!.replace(id, moved.id))
      return response.end()
    }
    const repo = hub.repos.find((it) => it.id === id && (it.kind ?? 'dataset') === kind)
    if (!repo || (repo.private && token === undefined))
      return refuse(
        token === undefined ? 401 : 404,
        'RepoNotFound',
        token === undefined ? 'Invalid username or password.' : 'Repository not found',
      )
    const mayRead = !repo.gated || (token !== undefined && hub.members.has(token))
    const gate = () =>
      refuse(
        token === undefined ? 401 : 403,
        'GatedRepo',
        token === undefined
          ? `Access to dataset ${id} is restricted. You must have access to it and be authenticated to access it. Please log in.`
          : `Access to dataset ${id} is restricted and you are not in the authorized list.`,
      )

    if (isApi && rest[0] === 'parquet') {
      const commit = commitOf(repo, 'refs/convert/parquet')
      if (!commit) return refuse(404, 'EntryNotFound', 'No parquet files')
      const all: Record<string, Record<string, string[]>> = {}
      for (const { path } of commits.get(commit)!.files) {
        const [config, split, name] = path.split('/') as [string, string, string]
        all[config] ??= {}
        all[config][split] ??= []
        all[config][split].push(`${hub.url}/api/datasets/${id}/parquet/${config}/${split}/${name}`)
      }
      return json(response, all)
    }
    if (isApi && (rest.length === 0 || rest[0] === 'revision')) {
      const revision = rest[1] ?? 'main'
      const commit = commitOf(repo, revision)
      if (!commit) return refuse(404, 'RevisionNotFound', `Invalid rev id: ${revision}`)
      const { files } = commits.get(commit)!
      const licence = (repo.card as { license?: string } | undefined)?.license
      return json(response, {
        _id: commit.slice(0, 24),
        id,
        author: id.split('/')[0],
        sha: commit,
        lastModified: '2026-01-01T00:00:00.000Z',
        private: repo.private === true,
        gated: repo.gated ? 'auto' : false,
        disabled: false,
        tags: licence ? [`license:${licence}`] : [],
        ...(repo.card ? { cardData: repo.card } : {}),
        downloads: 1,
        likes: 1,
        siblings: files.map(({ path }) => ({ rfilename: path })),
        createdAt: '2025-01-01T00:00:00.000Z',
        usedStorage: 1,
      })
    }
    if (isApi && rest[0] === 'tree') {
      if (!mayRead) return gate()
      const commit = commitOf(repo, rest[1]!)
      if (!commit) return refuse(404, 'RevisionNotFound', `Invalid rev id: ${rest[1]}`)
      const under = rest.slice(2).join('/')
      const files = commits.get(commit)!.files.filter(({ path }) => under === '' || path.startsWith(`${under}/`))
      const from = Number(Buffer.from(url.searchParams.get('cursor') ?? '', 'base64').toString() || 0)
      const page = files.slice(from, from + hub.page)
      if (from + hub.page < files.length) {
        const next = new URL(url)
        next.searchParams.set('cursor', Buffer.from(String(from + hub.page)).toString('base64'))
        response.setHeader('link', `<${next.href}>; rel="next"`)
      }
      const folders =
        from === 0
          ? [...new Set(files.map(({ path }) => path.split('/').slice(0, -1).join('/')))].filter((it) => it !== '')
          : []
      return json(response, [
        ...folders.map((path) => ({ type: 'directory', oid: sha('sha1', path), size: 0, path })),
        ...page.map((file) => ({
          type: 'file',
          oid: file.git,
          size: file.bytes.length,
          path: file.path,
          ...(file.sha256
            ? {
                lfs: { oid: file.sha256, size: file.bytes.length, pointerSize: 134 },
                xetHash: sha('sha256', file.path),
              }
            : {}),
        })),
      ])
    }
    if (!isApi && rest[0] === 'resolve') {
      if (!mayRead) return gate()
      const commit = commitOf(repo, rest[1]!)
      if (!commit) return refuse(404, 'RevisionNotFound', `Invalid rev id: ${rest[1]}`)
      response.setHeader('x-repo-commit', commit)
      const file = commits.get(commit)!.files.find(({ path }) => path === rest.slice(2).join('/'))
      if (!file) return refuse(404, 'EntryNotFound', 'Entry not found')
      if (file.sha256) {
        response.statusCode = 302
        response.setHeader('x-linked-size', file.bytes.length)
        response.setHeader('x-linked-etag', `"${file.sha256}"`)
        response.setHeader('etag', `"${file.git}"`)
        response.setHeader(
          'location',
          `${hub.storage}/repos/${commit}/${encodeURIComponent(file.path)}?X-Amz-Signature=${randomBytes(8).toString('hex')}signed`,
        )
        response.setHeader('content-type', 'text/plain')
        return response.end(request.method === 'HEAD' ? undefined : 'Found. Redirecting')
      }
      response.setHeader('etag', `"${file.git}"`)
      return send(request, response, file.bytes)
    }
    refuse(404, undefined, 'Not found')
  }

  const onStorage = async (request: IncomingMessage, response: ServerResponse) => {
    const seen = note('storage', request)
    if (await hub.before?.(seen, request, response)) return
    const [, , commit, name] = new URL(request.url!, hub.url).pathname.split('/')
    const file = commits.get(commit!)?.files.find(({ path }) => path === decodeURIComponent(name!))
    if (!file) {
      response.statusCode = 403
      return response.end('<Error>AccessDenied</Error>')
    }
    response.setHeader('etag', `"${file.sha256}"`)
    const told = hub.bytes?.(file.bytes, seen) ?? { bytes: file.bytes }
    await send(request, response, told.bytes, told)
  }

  const [front, storage] = await Promise.all(
    [onHub, onStorage].map((handle) => listening(createServer((request, response) => void handle(request, response)))),
  )
  hub.url = front!.url
  // By another name, so that it is another host for everybody.
  hub.storage = `http://localhost:${storage!.port}`
  hub.close = async () => {
    await Promise.all([front!.close(), storage!.close()])
  }
  return hub
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.end(JSON.stringify(value))
}

/** Bytes with ranges; `cut` breaks the connection after so many, `status` 200 answers a range with the whole. */
async function send(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  { cut, status, pause }: { cut?: number; status?: number; pause?: number } = {},
): Promise<void> {
  response.setHeader('accept-ranges', 'bytes')
  const from = status === 200 ? undefined : /^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1]
  const body = from === undefined ? bytes : bytes.subarray(Number(from))
  if (from !== undefined) {
    response.statusCode = body.length === 0 ? 416 : 206
    response.setHeader(
      'content-range',
      body.length === 0 ? `bytes */${bytes.length}` : `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
    )
  }
  response.setHeader('content-length', body.length)
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  if (pause === undefined && cut === undefined) {
    response.end(body)
    return
  }
  const end = Math.min(body.length, cut ?? body.length)
  const step = Math.max(1, Math.ceil(end / 20))
  for (let at = 0; at < end && !response.destroyed; at += step) {
    response.write(body.subarray(at, Math.min(end, at + step)))
    await new Promise((resolve) => setTimeout(resolve, pause ?? 0))
  }
  if (end < body.length) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    response.destroy()
  } else response.end()
}
