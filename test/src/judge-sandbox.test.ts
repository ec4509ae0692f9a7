// The sandbox of the machine: what it holds, bounds and ends.
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { closeRunners, judge, pythonRunner, type Task } from '../../src/verify/index.js'
import { python } from './judge.data.js'

const native = await pythonRunner()

afterAll(closeRunners)

describe.skipIf(native.runner !== 'native')(
  'the sandbox of the machine (skipped: bubblewrap or python3 is not here)',
  () => {
    const inside = async (program: string, more: Partial<Task> = {}) =>
      judge(python(program, '', 'never', { ...more }), { runner: 'native' })
    const printed = async (program: string) => (await inside(program)).detail

    it('holds no file, no variable, no process and no network of ours', async () => {
      process.env.FAKE_API_KEY = '1'
      try {
        expect(await printed('import os\nprint(sorted(k for k in os.environ if "KEY" in k))')).toContain('got "[]')
      } finally {
        delete process.env.FAKE_API_KEY
      }
      expect(
        await printed(
          'import os\nprint(os.path.exists("/root"), os.path.exists("/home"), os.path.exists("/proc/1"), os.listdir("/tmp"))',
        ),
      ).toContain('False False False []')
      expect(
        await printed(
          'import socket\ntry:\n  socket.create_connection(("127.0.0.1", 22), timeout=1)\n  print("open")\nexcept OSError:\n  print("closed")',
        ),
      ).toContain('closed')
      expect(await printed('import os\ntry:\n  open("/usr/x", "w")\nexcept OSError as e: print("refused")')).toContain(
        'refused',
      )
    })

    it('cannot be left by signals, namespaces or limits', async () => {
      for (const program of [
        'import os\nos.kill(-1, 9)',
        'import os\nos.kill(os.getppid(), 9)',
        'import os, signal\nos.killpg(0, signal.SIGKILL)',
      ]) {
        expect((await inside(program)).ok).toBe(false)
      }
      expect(
        await printed(
          'import ctypes\nl = ctypes.CDLL(None)\nprint(l.unshare(0x10000000), l.unshare(0x20000000), l.mount(b"none", b"/tmp", b"tmpfs", 0, None))',
        ),
      ).toContain('-1 -1 -1')
      expect(
        await printed(
          'import resource\ntry:\n  resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)\n  print("raised")\nexcept (ValueError, OSError):\n  print("kept")',
        ),
      ).toContain('kept')
      expect(await judge(python('print(1)', '', '1'), { runner: 'native' })).toMatchObject({ ok: true })
    })

    it('bounds memory, output, files, processes and threads', async () => {
      expect((await inside('a=[]\nwhile True: a.append(bytearray(10**7))', { memoryLimit: 128 })).why).toBe(
        'memory-limit',
      )
      expect((await inside('while True: print("x"*100000)')).why).toBe('output-limit')
      expect(['output-limit', 'runtime-error']).toContain(
        (await inside('f=open("big","wb")\nwhile True: f.write(b"x"*10**6)')).why,
      )
      // Which bound a fork bomb meets first, processes, memory or time, is the machine's business.
      expect(['runtime-error', 'time-limit', 'memory-limit']).toContain(
        (await inside('import os\nwhile True:\n  try: os.fork()\n  except OSError: pass', { timeLimit: 1 })).why,
      )
      expect(['runtime-error', 'time-limit', 'memory-limit']).toContain(
        (
          await inside(
            'import threading, time\nfor i in range(10**5): threading.Thread(target=time.sleep, args=(60,)).start()',
            { timeLimit: 1 },
          )
        ).why,
      )
    })

    it('leaves no child behind, and does not wait for one', async () => {
      const tag = `left${process.pid}${Date.now()}`
      const program = `import subprocess, sys\nsubprocess.Popen([sys.executable, "-c", "import time; time.sleep(60) #${tag}"], start_new_session=True)\nprint("ok")`
      expect(await judge(python(program, '', 'ok'), { runner: 'native' })).toMatchObject({ ok: true })
      const { readdirSync } = await import('node:fs')
      const alive = readdirSync('/proc').filter((pid) => {
        try {
          return (
            /^\d+$/.test(pid) &&
            readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(tag) &&
            Number(pid) !== process.pid
          )
        } catch {
          return false
        }
      })
      expect(alive).toEqual([])
    })
  },
)

const cases = new URL('../../../shared/data/sandbox_cases/sandbox_cases.dev.jsonl', import.meta.url)
const VERDICT: Record<string, string> = {
  accepted: 'accepted',
  wrong_answer: 'wrong-answer',
  runtime_error: 'runtime-error',
  time_limit: 'time-limit',
  memory_limit: 'memory-limit',
  output_limit: 'output-limit',
  compile_error: 'compile-error',
  sandbox_violation: 'runtime-error',
}

describe.skipIf(!existsSync(cases) || native.runner !== 'native')(
  'programs that try the sandbox (skipped: shared/data/sandbox_cases or a native Python is not here)',
  () => {
    it('all get the verdict that is theirs', { timeout: 300_000 }, async () => {
      const expand = (text: string) =>
        /^@repeat:/.test(text)
          ? text.replace(/^@repeat:([\s\S]*):(\d+)$/, (_, part: string, times: string) =>
              part.replace(/\\n/g, '\n').repeat(Number(times)),
            )
          : text
      const wrong: string[] = []
      for (const one of readFileSync(cases, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))) {
        if (one.needs_special_judge) continue
        const test =
          one.kind === 'call'
            ? { fn: one.fn_name, args: one.args, returns: one.expected }
            : one.kind === 'assert'
              ? { assert: one.test }
              : { stdin: expand(one.stdin ?? ''), stdout: expand(one.expected_output ?? '') }
        const verdict = await judge({
          language: one.language,
          program: one.program,
          tests: Array.from({ length: one.repeat ?? 1 }, () => test),
          timeLimit: one.time_limit_s,
          memoryLimit: one.memory_limit_mb,
        })
        const right = [one.expected_verdict, ...(one.alt_verdicts ?? [])].map((name: string) => VERDICT[name])
        if (!right.includes(verdict.why)) wrong.push(`${one.id} ${one.name}: ${verdict.why}, not ${right.join(' or ')}`)
      }
      expect(wrong).toEqual([])
    })
  },
)

describe('the end of the judge', () => {
  const built = new URL('../../dist/src/verify/index.js', import.meta.url)
  it.skipIf(process.platform !== 'linux' || !existsSync(built))(
    'ends its sandboxes, whatever runs in them (skipped: no Linux, or dist/ is not built)',
    async () => {
      const { spawn } = await import('node:child_process')
      const { readdirSync } = await import('node:fs')
      const tasks = [
        ['python', 'while True: pass', native.runner],
        ['python', 'while True: pass', 'pyodide'],
        ['javascript', 'for (;;) {}', 'auto'],
      ]
      const script = `import { judge } from ${JSON.stringify(built.href)}
      for (const [language, program, runner] of ${JSON.stringify(tasks)}) judge({ language, program, tests: [{ stdin: '', stdout: '' }], timeLimit: 100 }, { runner }).catch(() => {})
      setInterval(() => {}, 1000)`
      const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })
      const descendants = (root: number): number[] => {
        const found = [root]
        const all = readdirSync('/proc')
          .filter((pid) => /^\d+$/.test(pid))
          .flatMap((pid) => {
            try {
              const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
              return [{ pid: Number(pid), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }]
            } catch {
              return []
            }
          })
        for (const pid of found) found.push(...all.filter((one) => one.parent === pid).map((one) => one.pid))
        return found.slice(1)
      }
      const until = async (condition: () => boolean) => {
        for (let k = 0; k < 300 && !condition(); k++) await new Promise((resolve) => setTimeout(resolve, 100))
      }
      await until(() => descendants(parent.pid!).length >= 3)
      await new Promise((resolve) => setTimeout(resolve, 2000))
      const started = descendants(parent.pid!)
      parent.kill('SIGKILL')
      const alive = () =>
        started.filter((pid) => {
          try {
            return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
          } catch {
            return false
          }
        })
      await until(() => alive().length === 0)
      expect(started.length).toBeGreaterThanOrEqual(3)
      expect(alive()).toEqual([])
    },
  )
})
