// For each test of sampling a folder, a workspace, a host and servers of its own, all gone after it:
// `beforeEach(begin)` and `afterEach(end)`.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { workspace } from '../../src/workspace/index.js'
import { type Act, chatServer, type Server, testHost } from './sample-server.js'

export let folder: string
export let host: ReturnType<typeof testHost>
const servers: { close(): Promise<unknown> }[] = []

export function begin(): void {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
  host = testHost()
}

export async function end(): Promise<void> {
  await here().close()
  // A test may have closed its server itself.
  await Promise.all(servers.splice(0).map((server) => server.close().catch(() => undefined)))
  host.remove()
  rmSync(folder, { recursive: true, force: true })
}

/** The workspace of the test. */
export const here = (budget?: number) => workspace(path.join(folder, 'w'), budget === undefined ? {} : { budget })

/** A server that answers so, closed after the test. */
export const serve = async (act: Act, models?: string[]): Promise<Server> => keep(await chatServer(act, models))

/** Closes a server after the test. */
export function keep<S extends { close(): Promise<unknown> }>(server: S): S {
  servers.push(server)
  return server
}

export const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
