// For each test a folder as the cache, an environment that names nothing of the Hub's, and a Hub of its own:
// `beforeEach(begin)` and `afterEach(end)`.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { vi } from 'vitest'
import { type FakeHub, type FakeRepo, fakeHub } from './hub-server.js'

export let folder: string
export let hub: FakeHub
const hubs: FakeHub[] = []
/** What was said by console.warn, and drawn on standard error. */
export let warned: string[]
export let drawn: string

const NAMES = ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN', 'HF_HUB_OFFLINE', 'HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE']

export function begin(): void {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-hub-'))
  for (const name of [...NAMES, 'HF_TOKEN_PATH']) vi.stubEnv(name, '')
  vi.stubEnv('HF_HOME', folder)
  warned = []
  drawn = ''
  vi.spyOn(console, 'warn').mockImplementation((text: string) => void warned.push(text))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    drawn += String(text)
    return true
  })
}

export async function end(): Promise<void> {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await Promise.all(hubs.splice(0).map((each) => each.close()))
  rmSync(folder, { recursive: true, force: true })
}

/** Starts the Hub of the test. */
export async function serve(...repos: FakeRepo[]): Promise<void> {
  hub = await fakeHub(repos)
  hubs.push(hub)
  vi.stubEnv('HF_ENDPOINT', hub.url)
}
