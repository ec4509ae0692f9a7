// The child process around Pyodide: Python without a Python on the machine. It may be killed at any time.
//
// Started under Node's permission model: it can read Pyodide's own files and nothing else, and starts nothing.

import { constants, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { exactJson, jsonText } from '../../json.js'
import { receive, send } from './frames.js'
import { type Limits, OUTPUT_LIMIT, type Outcome, type Program, type Trial } from './runner.js'

const harness = readFileSync(new URL('./pyodide.py', import.meta.url), 'utf8')

interface Request extends Limits {
  program: Program
  trial: Trial
}

let ready: Promise<(text: string) => string> | undefined

async function start(): Promise<(text: string) => string> {
  // Pyodide's file system asks for Node's error numbers in the one way that the permission model refuses.
  ;(process as unknown as { binding(name: string): unknown }).binding = (name) => {
    if (name === 'constants') return { fs: constants }
    throw new Error(`process.binding(${name})`)
  }
  const entry = createRequire(import.meta.url).resolve('pyodide')
  const { loadPyodide } = (await import(pathToFileURL(entry.replace(/\.js$/, '.mjs')).href)) as typeof import('pyodide')
  const pyodide = await loadPyodide({
    indexURL: `${path.dirname(entry)}${path.sep}`,
    jsglobals: Object.create(null) as object,
    env: { HOME: '/home/pyodide' },
    stdout: () => {},
    stderr: () => {},
  } as Parameters<typeof loadPyodide>[0])
  pyodide.runPython(harness)
  return pyodide.globals.get('run_test') as (text: string) => string
}

// A loop in Python blocks this thread: another one sees to it that the judge's end is ours, too.
const guard = new Worker(
  `const { ppid } = process; setInterval(() => { if (process.ppid !== ppid) process.kill(process.pid, 'SIGKILL') }, 500)`,
  { eval: true },
)
guard.unref()

let queue = Promise.resolve()
receive(
  process.stdin,
  (text) => {
    queue = queue.then(async () => {
      const { program, trial, timeLimit, outputLimit = OUTPUT_LIMIT } = exactJson(text) as unknown as Request
      ready ??= start()
      const run = await ready
      const before = process.cpuUsage()
      let outcome: Outcome
      try {
        outcome = JSON.parse(run(jsonText({ program: program.source, ...trial, outputLimit }))) as Outcome
      } catch (error) {
        // The interpreter itself broke: it is not used again.
        const detail = String(error).slice(0, 1000)
        outcome = { status: 'runtime-error', seconds: 0, detail }
        setTimeout(() => process.exit(1), 20)
      }
      const used = process.cpuUsage(before)
      const seconds = (used.user + used.system) / 1e6
      send(
        process.stdout,
        seconds > timeLimit ? { status: 'time-limit', seconds, detail: '' } : { ...outcome, seconds },
      )
    })
  },
  () => process.exit(1),
)
process.stdin.on('end', () => process.exit(0))
process.stdout.on('error', () => process.exit(0))
// Asked for at the start, so that the first test does not wait for it alone.
ready = start()
ready.then(
  () => send(process.stdout, { status: 'ready' }),
  (error) => {
    process.stderr.write(String(error))
    process.exit(1)
  },
)
