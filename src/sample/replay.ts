// An OpenAI-compatible endpoint that answers from recordings.
//
// It keeps no state: the same request gets the same answer at any time and in any order. (Injected
// faults count how often a request came, or the same one would fail for ever.)
import { statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import path from 'node:path'
import { Stopped } from '../stopped.js'
import { complete, Refused, read, refuse } from './completions.js'
import type { Faults } from './faults.js'
import { Shelf } from './shelf.js'

const LOOPBACK = '127.0.0.1'

/** A request with a whole trace in it is well under this. */
const LARGEST_BODY = 64 << 20

export interface ReplayOptions {
  /** 0: one that is free. @default 0 */
  port?: number
  /** The address to listen on; '0.0.0.0' is every one of this machine, so that others can ask too. @default '127.0.0.1' */
  host?: string
  /** Faults to make on purpose. */
  faults?: Faults
}

export interface Replay {
  /** Without the /v1. */
  url: string
  /** How many recordings it holds, and of which models. */
  recordings: number
  models: string[]
  close(): Promise<void>
}

/**
 * Serves recordings: POST /v1/chat/completions (plain and streamed), GET /v1/models,
 * GET /health. The server alone does not keep the process running.
 *
 * @throws Stopped('no-file'), Stopped('bad-data') with the line, Stopped('port') where it is taken.
 */
export async function startReplay(files: string[], options: ReplayOptions = {}): Promise<Replay> {
  const { port = 0, host = LOOPBACK, faults = {} } = options
  const shelf = await Shelf.open(files)
  const seen = new Map<string, number>()
  const server = createServer((request, response) => {
    answer(shelf, faults, seen, request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy()
      else refuse(response, new Refused(500, 'server_error', error.message))
    })
  })
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket) => socket.unref())
  await listen(server, port, host).catch(async (error: NodeJS.ErrnoException) => {
    await shelf.close()
    throw new Stopped(
      'port',
      `Port ${port} on ${host} cannot be used (${error.code}).`,
      `skylab replay ${files.join(' ')} --port 0`,
      error,
    )
  })
  server.unref()
  return {
    url: `http://${called(host)}:${(server.address() as AddressInfo).port}`,
    recordings: shelf.size,
    models: shelf.models,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await shelf.close()
    },
  }
}

/** Servers that models of this process share: one for each list of files, as long as these do not change. */
const shared = new Map<string, { version: string; replay: Promise<Replay> }>()

/** The server for a list of files, started at first use. */
export function replayFor(files: string[]): Promise<Replay> {
  const full = files.map((file) => path.resolve(file))
  const name = full.join('\n')
  const version = full.map(versionOf).join('\n')
  const known = shared.get(name)
  if (known?.version === version) return known.replay
  known?.replay.then((replay) => replay.close()).catch(() => undefined)
  const replay = startReplay(files)
  shared.set(name, { version, replay })
  replay.catch(() => shared.delete(name))
  return replay
}

function versionOf(file: string): string {
  const { mtimeMs, size } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: 0, size: 0 }
  return `${mtimeMs} ${size}`
}

/** The name under which others reach an address that is listened on; all interfaces have that of the machine. */
function called(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname()
  return host.includes(':') ? `[${host}]` : host
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
}

async function answer(
  shelf: Shelf,
  faults: Faults,
  seen: Map<string, number>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (pathname === '/health' && request.method === 'GET')
      return json(response, { status: 'ok', recordings: shelf.size })
    if (pathname === '/v1/models' && request.method === 'GET') {
      const data = shelf.models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'replay' }))
      return json(response, { object: 'list', data })
    }
    if (pathname !== '/v1/chat/completions')
      throw new Refused(
        404,
        'invalid_request_error',
        `There is no ${request.method} ${pathname} here; replay knows POST /v1/chat/completions, GET /v1/models and GET /health.`,
        'unknown_url',
      )
    if (request.method !== 'POST')
      throw new Refused(405, 'invalid_request_error', `${pathname} takes POST, not ${request.method}.`)
    const asked = read(await bodyOf(request))
    await complete(shelf, faults, seen, asked, response)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    refuse(response, error)
  }
}

function json(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > LARGEST_BODY)
      throw new Refused(413, 'invalid_request_error', `The request is larger than ${LARGEST_BODY >> 20} MiB.`)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}
