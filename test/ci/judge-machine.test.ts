// What `skylab rows judge` does on a machine that lacks something: it judges in Pyodide, and says why.
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pythonRunner } from '../../src/verify/index.js'

const bin = fileURLToPath(new URL('../../kernel/bin.cjs', import.meta.url))
const row = { language: 'python', program: 'print(6*7)', tests: [{ stdin: '', stdout: '42' }] }
const native = (await pythonRunner()).runner === 'native'
let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-machine-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function judged(env: Record<string, string>, ...more: string[]) {
  return new Promise<{ code: number; out: string; said: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [bin, 'rows', 'judge', ...more],
      { env: { ...process.env, ...env }, cwd: folder },
      (error, out, said) => resolve({ code: error ? Number(error.code) : 0, out, said }),
    )
    child.stdin!.end(`${JSON.stringify(row)}\n`)
  })
}

/** A program that stands for a Python, as one line of shell. */
function fake(name: string, line: string): string {
  const file = path.join(folder, name)
  writeFileSync(file, `#!/bin/sh\n${line}\n`)
  chmodSync(file, 0o755)
  return file
}

describe.skipIf(!native)('without what the native sandbox needs (skipped: bubblewrap or python3 is not here)', () => {
  it.each([
    ['an old Python', () => fake('old', 'echo /usr/bin/python3; echo /usr; echo 3.6.9'), /Python 3\.6\.9, and 3\.9/],
    ['Python 2', () => fake('two', 'echo /usr/bin/python2; echo /usr; echo 2.7.18'), /Python 2\.7\.18, and 3\.9/],
    ['a Python that crashes', () => fake('broken', 'echo no libpython >&2; exit 127'), /does not run \(no libpython\)/],
    ['a Python that says nothing', () => fake('silent', 'exit 0'), /silent does not run/],
    ['a Python that is not there', () => path.join(folder, 'none'), /which SKYLAB_PYTHON names, is not there/],
    [
      'a Python that lies about itself',
      () => fake('liar', 'echo /bin/true; echo /usr; echo 3.12.0'),
      /\/bin\/true in bubblewrap/,
    ],
  ])('%s', async (_name, python, why) => {
    const { code, out, said } = await judged({ SKYLAB_PYTHON: python() })
    expect(said).toMatch(why)
    expect(said.match(/Python runs in Pyodide/g)).toHaveLength(1)
    expect(JSON.parse(out)).toMatchObject({ verdict: { ok: true, runner: 'pyodide' } })
    expect(code).toBe(0)
  })

  it('no bubblewrap on the PATH', async () => {
    const bare = path.join(folder, 'bare')
    mkdirSync(bare)
    symlinkSync(process.execPath, path.join(bare, 'node'))
    const { out, said } = await judged({ PATH: bare })
    expect(said).toMatch(/bubblewrap \(bwrap\) is not installed.\n {2}→ apt install bubblewrap/)
    expect(JSON.parse(out)).toMatchObject({ verdict: { ok: true, runner: 'pyodide' } })
    const asked = await judged({ PATH: bare }, '--runner', 'native')
    expect(asked.said).toMatch(/cannot be run natively here: bubblewrap/)
    expect(asked.code).not.toBe(0)
  })
})
