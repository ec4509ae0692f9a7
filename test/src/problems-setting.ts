// For each test of problems a folder and what was said by console.warn: `beforeEach(begin)` and `afterEach(end)`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { vi } from 'vitest'

export let folder: string
export let warnings: string[]

export function begin(): void {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
  warnings = []
  vi.spyOn(console, 'warn').mockImplementation((text: string) => void warnings.push(text))
}

export function end(): void {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
}

/** Writes a file into the folder; rows as JSON Lines. */
export function write(name: string, content: string | Buffer | object[]): string {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, Array.isArray(content) ? content.map((row) => JSON.stringify(row)).join('\n') : content)
  return file
}
