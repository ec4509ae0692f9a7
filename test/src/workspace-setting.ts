// For each test a folder, a workspace in it, and a host that shows nothing, all gone after it:
// `beforeEach(begin)` and `afterEach(end)`.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Workspace, workspace } from '../../src/workspace/index.js'

const HOST = Symbol.for('skylab.host')
export let folder: string
export let work: Workspace

export function begin(): void {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
  work = workspace(path.join(folder, 'w'))
  const signal = new AbortController().signal
  Object.assign(globalThis, { [HOST]: { display() {}, signal: () => signal, prompt: () => Promise.resolve('') } })
}

export async function end(): Promise<void> {
  await work.close()
  delete (globalThis as Record<symbol, unknown>)[HOST]
  rmSync(folder, { recursive: true, force: true })
}
