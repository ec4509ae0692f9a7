// The Hub's API for writing, on top of the server for reading: repositories made, large files stored by their hash in
// one piece or in parts, commits that take all of their files or none.
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type FakeHub, fakeHub } from './hub-server.js'

export interface PushHub extends FakeHub {
  /** Large files by sha256. */
  stored: Map<string, Buffer>
  /** Bytes of each PUT, in order. */
  puts: number[]
  /** Files from this size on are sent in parts of it. */
  parts: number
  /** Breaks the connection of the next so many PUTs. */
  breaks: number
  commits: { summary: string; files: string[] }[]
  /** Makes every repository public. */
  careless?: boolean
}

const MAGIC = 1000

export async function pushHub(): Promise<PushHub> {
  const hub = (await fakeHub([])) as PushHub
  Object.assign(hub, { stored: new Map(), puts: [], parts: Number.POSITIVE_INFINITY, breaks: 0, commits: [] })
  hub.tokens.add('hf_writer')
  const pieces = new Map<string, Map<string, Buffer>>()
  hub.before = async (seen, request, response) => {
    const url = new URL(request.url!, hub.url)
    if (seen.host === 'storage') return storage(hub, pieces, url, request, response)
    const token = /^Bearer (.+)$/.exec(seen.authorization ?? '')?.[1]
    const write = request.method === 'POST'
    if (url.pathname === '/api/whoami-v2' && token === 'hf_writer')
      return answer(response, { name: 'me', type: 'user' })
    if (!write) return false
    const body = await read(request)
    if (token !== 'hf_writer') return answer(response, { error: 'Forbidden' }, 403)
    if (url.pathname === '/api/repos/create') {
      const { name, organization, visibility } = JSON.parse(body.toString()) as Record<string, never>
      const id = `${organization ?? 'me'}/${name}`
      if (hub.repos.some((repo) => repo.id === id)) return answer(response, { error: 'You already created this' }, 409)
      hub.repos.push({
        id,
        private: visibility === 'private' && !hub.careless,
        files: { '.gitattributes': '*.parquet filter=lfs\n' },
      })
      return answer(response, { url: `${hub.url}/datasets/${id}` })
    }
    // The card's heading, which Hugging Face's own client asks about.
    if (url.pathname === '/api/validate-yaml') return answer(response, { errors: [], warnings: [] })
    const id = /^\/(?:api\/)?datasets\/([^/]+\/[^/.]+(?:\.[^/.]+)*?)(?:\.git)?\//.exec(url.pathname)?.[1]
    const repo = hub.repos.find((one) => one.id === id)
    if (repo === undefined) return answer(response, { error: 'Repository not found' }, 404)
    if (url.pathname.endsWith('/preupload/main')) {
      const { files } = JSON.parse(body.toString()) as { files: { path: string; size: number; sample: string }[] }
      const modes = files.map(({ path, size, sample }) => ({
        path,
        uploadMode:
          size >= MAGIC || path.endsWith('.parquet') || Buffer.from(sample, 'base64').includes(0) ? 'lfs' : 'regular',
        shouldIgnore: false,
      }))
      return answer(response, { files: modes })
    }
    if (url.pathname.endsWith('/info/lfs/objects/batch')) return batch(hub, body, response)
    if (url.pathname.endsWith('/commit/main')) {
      const lines = body
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { key: string; value: Record<string, string> })
      const files: Record<string, Buffer> = {}
      for (const { key, value } of lines) {
        if (key === 'file') files[value.path!] = Buffer.from(value.content!, value.encoding as 'base64')
        if (key !== 'lfsFile') continue
        const bytes = hub.stored.get(value.oid!)
        if (bytes === undefined || bytes.length !== Number(value.size))
          return answer(response, { error: `LFS object ${value.oid} is not there` }, 422)
        files[value.path!] = bytes
      }
      const [header] = lines
      hub.commits.push({ summary: header!.value.summary!, files: Object.keys(files) })
      Object.assign(repo.files, files)
      return answer(response, {
        commitOid: sha('sha1', body),
        commitUrl: `${hub.url}/datasets/${id}/commit/${sha('sha1', body)}`,
      })
    }
    return false
  }
  return hub
}

function batch(hub: PushHub, body: Buffer, response: ServerResponse): boolean {
  const { objects } = JSON.parse(body.toString()) as { objects: { oid: string; size: number }[] }
  return answer(response, {
    transfer: 'basic',
    objects: objects.map(({ oid, size }) => {
      if (hub.stored.has(oid)) return { oid, size }
      const verify = { href: `${hub.storage}/verify?oid=${oid}&size=${size}&signature=signed` }
      if (size < hub.parts)
        return {
          oid,
          size,
          actions: {
            upload: { href: `${hub.storage}/put/${oid}?X-Amz-Signature=signed`, header: { 'x-own': 'kept' } },
            verify,
          },
        }
      const header: Record<string, string> = { chunk_size: String(hub.parts) }
      for (let part = 1; (part - 1) * hub.parts < size; part++)
        header[part] = `${hub.storage}/part/${oid}/${part}?X-Amz-Signature=signed`
      return { oid, size, actions: { upload: { href: `${hub.storage}/done/${oid}?signature=signed`, header }, verify } }
    }),
  })
}

async function storage(
  hub: PushHub,
  pieces: Map<string, Map<string, Buffer>>,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const [, what, oid, part] = url.pathname.split('/')
  if (what === 'verify') {
    await read(request)
    const bytes = hub.stored.get(url.searchParams.get('oid')!)
    return answer(response, {}, bytes?.length === Number(url.searchParams.get('size')) ? 200 : 404)
  }
  if (what === 'done') {
    const { parts } = JSON.parse((await read(request)).toString()) as { parts: { partNumber: number; etag: string }[] }
    const own = pieces.get(oid!)
    const list = parts.map(({ partNumber, etag }) => {
      const bytes = own?.get(String(partNumber))
      return bytes && `"${sha('md5', bytes)}"` === etag ? bytes : undefined
    })
    if (list.includes(undefined)) return answer(response, { error: 'parts' }, 400)
    return keep(hub, oid!, Buffer.concat(list as Buffer[]), response)
  }
  if (request.method !== 'PUT') return false
  if (hub.breaks > 0) {
    hub.breaks--
    request.once('data', () => response.destroy())
    request.resume()
    return true
  }
  if (request.headers.authorization) return answer(response, { error: 'a token came to the storage' }, 400)
  const bytes = await read(request)
  hub.puts.push(bytes.length)
  if (what === 'put')
    return request.headers['x-own'] === 'kept' ? keep(hub, oid!, bytes, response) : answer(response, {}, 400)
  const own = pieces.get(oid!) ?? new Map<string, Buffer>()
  pieces.set(oid!, own.set(part!, bytes))
  response.setHeader('etag', `"${sha('md5', bytes)}"`)
  return answer(response, {})
}

function keep(hub: PushHub, oid: string, bytes: Buffer, response: ServerResponse): boolean {
  if (sha('sha256', bytes) !== oid) return answer(response, { error: 'hash' }, 400)
  hub.stored.set(oid, bytes)
  return answer(response, {})
}

function answer(response: ServerResponse, value: unknown, status = 200): boolean {
  response.statusCode = status
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
  return true
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const sha = (name: string, bytes: Buffer): string => createHash(name).update(bytes).digest('hex')
