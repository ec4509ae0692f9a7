// The child process around Pyodide: Python without a Python on the machine. It may be killed at any time.
//
// Started under Node's permission model, and without eval: it can read Pyodide's own files and nothing else, starts
// nothing, and a program that finds a function of JavaScript's cannot make code of it. After each test the memory of
// the interpreter is put back to what it was before any program ran.

import { Worker } from 'node:worker_threads'
import { exactJson, jsonText } from '../../json.js'
import { receive, send } from './frames.js'
import { bare, World } from './pyodide-world.js'
import { type Limits, OUTPUT_LIMIT, type Outcome, type Program, type Trial } from './runner.js'
import { standsApart } from './stands-apart.js'

interface Request extends Limits {
  program: Program
  trial: Trial
}

/** An interpreter that a program made larger than this, in bytes, is not kept. */
const LARGE = 256 * 1024 * 1024

let world: Promise<World> | undefined
/** Where the test of an assertion runs, apart from its program; started when the first one comes. */
let beside: Promise<World> | undefined

// A loop in Python blocks this thread: another one sees to it that the judge's end is ours, too.
const guard = new Worker(
  `const { ppid } = process; setInterval(() => { if (process.ppid !== ppid) process.kill(process.pid, 'SIGKILL') }, 500)`,
  { eval: true },
)
guard.unref()

async function run({ program, trial, outputLimit = OUTPUT_LIMIT }: Request): Promise<string> {
  const { python } = await (world ??= World.start())
  const request = { program: program.source, ...trial, outputLimit }
  if (trial.kind !== 'assert' || !standsApart(trial.assert)) return python.run_test(jsonText(request))
  const { assert: _, ...shown } = request as typeof request & { assert: string }
  const test = (await (beside ??= World.start())).python
  const began = python.begin(jsonText({ ...shown, kind: 'apart' }), (message: string) => test.called(message))
  if ((JSON.parse(began) as { status: string }).status !== 'ready') return began
  return test.examine(jsonText({ assert: trial.assert, given: trial.given, outputLimit }), (message: string) =>
    python.answer(message),
  )
}

/** Seconds of CPU time of this thread: WebAssembly is compiled on others, which is not the program's doing. */
function spent(): number {
  const own = process as unknown as { threadCpuUsage?: () => { user: number; system: number } }
  const used = own.threadCpuUsage ? own.threadCpuUsage() : process.cpuUsage()
  return (used.user + used.system) / 1e6
}

let queue = Promise.resolve()
receive(
  process.stdin,
  (text) => {
    queue = queue.then(async () => {
      // What goes on to Python keeps its digits: 2.0 is no 2 there.
      const request = exactJson(text) as unknown as Request
      await (world ??= World.start())
      if (request.trial.kind === 'assert') await (beside ??= World.start())
      send(process.stdout, { status: 'began' })
      const before = spent()
      let outcome: Outcome
      let broken = false
      try {
        outcome = JSON.parse(await run(request)) as Outcome
      } catch (error) {
        // The interpreter itself broke, or ran out of its memory.
        const detail = String(error).slice(0, 1000)
        outcome = { status: 'runtime-error', seconds: 0, detail }
        broken = !/^PythonError/.test(detail)
      }
      const seconds = spent() - before
      for (const one of [world, beside]) {
        const here = await one
        if (here && (!here.restore() || here.size > LARGE)) broken = true
      }
      send(
        process.stdout,
        seconds > request.timeLimit ? { status: 'time-limit', seconds, detail: '' } : { ...outcome, seconds },
      )
      // What cannot be put back is not used again.
      if (broken) setTimeout(() => process.exit(1), 20)
    })
  },
  () => process.exit(1),
)
process.stdin.on('end', () => process.exit(0))
process.stdout.on('error', () => process.exit(0))
// Asked for at the start, so that the first test does not wait for it alone.
world = World.start()
world.then(
  () => {
    bare()
    send(process.stdout, { status: 'ready' })
  },
  (error) => {
    process.stderr.write(String(error))
    process.exit(1)
  },
)
