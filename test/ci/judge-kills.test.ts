// The judge while parts of its sandboxes are killed at random, and what is left behind of one that was killed itself.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { Sample } from '../../src/rows.js'
import { sweep } from '../../src/verify/code/cgroup.js'
import { closeRunners, judge, pythonRunner, verify } from '../../src/verify/index.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const native = (await pythonRunner()).runner === 'native'
afterAll(closeRunners)

interface Seen {
  pid: number
  name: string
  state: string
}

/** What a process started, and what that started in turn. */
function descendants(of: number): Seen[] {
  const children = new Map<number, Seen[]>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1')
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const seen = { pid: Number(entry), name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')), state: state! }
      children.set(Number(parent), [...(children.get(Number(parent)) ?? []), seen])
    } catch {
      // It ended while we looked.
    }
  }
  const found: Seen[] = []
  const queue = [of]
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop())
    for (const child of children.get(pid) ?? []) {
      found.push(child)
      queue.push(child.pid)
    }
  return found
}

const sandboxed = (of: number) =>
  descendants(of).filter(({ name, state }) => /^(bwrap|python)/.test(name) && state !== 'Z')

const rows = (count: number) =>
  Array.from({ length: count }, (_, k) => {
    const ends = [`print(int(input()) + ${k})`, `print(int(input()) + ${k} + 1)`, 'raise ValueError(1)'][k % 3]!
    const slow = 'import time\nend = time.process_time() + 0.1\nwhile time.process_time() < end: pass\n'
    return {
      id: `kill-${k}`,
      source: 'kill',
      kind: 'code',
      domain: 'code',
      prompt: `Add ${k}.`,
      language: 'python',
      sample: 0,
      finish: 'stop',
      text: `\`\`\`python\n${slow}${ends}\n\`\`\``,
      tests: [1, 2].map((n) => ({ stdin: `${n}`, stdout: `${n + k}` })),
    } as unknown as Sample
  })

describe.skipIf(!native)('a sandbox that is killed (skipped: bubblewrap or python3 is not here)', () => {
  it('does not change a verdict, whichever part of it and when', async () => {
    const before = (await verify(rows(60), { workers: 2 })).map(({ verdict }) => (verdict.ok ? 'ok' : verdict.why))
    expect(before).toEqual(Array.from({ length: 60 }, (_, k) => ['ok', 'wrong', 'runtime-error'][k % 3]))
    closeRunners()
    let kills = 0
    // The parts of a sandbox: bubblewrap outside, bubblewrap inside, the fork server. The program itself is not among
    // them: its end by a signal is its own verdict.
    const killer = setInterval(() => {
      const parts = sandboxed(process.pid).filter(({ pid, name }) => name === 'bwrap' || descendants(pid).length > 0)
      const one = parts[Math.floor(Math.random() * parts.length)]
      if (!one) return
      try {
        process.kill(one.pid, 'SIGKILL')
        kills++
      } catch {
        // It ended first.
      }
    }, 1500)
    try {
      const after = await verify(rows(60), { workers: 2 })
      expect(after.map(({ verdict }) => (verdict.ok ? 'ok' : verdict.why))).toEqual(before)
    } finally {
      clearInterval(killer)
    }
    expect(kills).toBeGreaterThan(2)
    closeRunners()
    await expect.poll(() => sandboxed(process.pid), { timeout: 10_000 }).toEqual([])
  })

  it('leaves nothing when the judge itself is killed, but a control group, which the next one removes', async () => {
    const script = `
      import { judge } from ${JSON.stringify(path.join(root, 'dist/src/verify/index.js'))}
      const program = 'import os, time\\nfor k in range(5): os.fork()\\ntime.sleep(60)'
      const test = { language: 'python', program, tests: [{ stdin: '', stdout: '' }], timeLimit: 60 }
      await Promise.all([judge(test), judge(test)])`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })
    await expect.poll(() => sandboxed(child.pid!).length, { timeout: 60_000 }).toBeGreaterThan(40)
    const started = sandboxed(child.pid!)
    child.kill('SIGKILL')
    const alive = () =>
      started.filter(({ pid }) => {
        try {
          return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
        } catch {
          return false
        }
      })
    await expect.poll(alive, { timeout: 10_000 }).toEqual([])
    const left = () => groups().filter((folder) => folder.includes(`skylab-${child.pid}-`))
    sweep('/sys/fs/cgroup')
    expect(left()).toEqual([])
  })

  it('judges on after a test that filled its folders', async () => {
    const fill = `
import os
for folder in ('/tmp', '/dev/shm'):
    try:
        for k in range(100000): open(f'{folder}/{k}', 'w').write('x' * 4096)
    except OSError as error: print(error.errno)`
    const io = (program: string, stdout: string) =>
      judge({ language: 'python', program, tests: [{ stdin: '', stdout }], timeLimit: 10 })
    expect(await io(fill, '28\n28')).toMatchObject({ ok: true })
    const look = "import os\nopen('/tmp/a', 'w').write('x' * 10**7)\nprint(os.listdir('/tmp'), os.listdir('/dev/shm'))"
    expect(await io(look, "['a'] []")).toMatchObject({ ok: true })
  })
})

/** Every group of the judge, wherever. */
function groups(folder = '/sys/fs/cgroup'): string[] {
  if (!existsSync(folder)) return []
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => {
        const at = path.join(folder, name)
        return name.startsWith('skylab-') ? [at] : groups(at)
      })
  } catch {
    return []
  }
}

describe('groups that were left', () => {
  it('are removed wherever they are, those of the living are not', () => {
    const top = mkdtempSync(path.join(os.tmpdir(), 'skylab-groups-'))
    try {
      const dead = path.join(top, 'a', 'b', 'skylab-99999999-0')
      const living = path.join(top, 'a', `skylab-${process.pid}-7`)
      for (const folder of [dead, living, path.join(top, 'skylab-other')]) mkdirSync(folder, { recursive: true })
      sweep(top)
      expect(existsSync(dead)).toBe(false)
      expect(existsSync(living)).toBe(true)
      expect(existsSync(path.join(top, 'skylab-other'))).toBe(true)
    } finally {
      rmSync(top, { recursive: true, force: true })
    }
  })
})
