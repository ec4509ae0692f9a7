// The child process around isolated-vm: one fresh isolate for each test. It may be killed at any time.
//
// Started with --no-node-snapshot. Native builtins that never return (an endless sort) ignore the isolate's own
// timeout: then this process ends itself, and the judge starts another.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type IsolatedVm from 'isolated-vm'
import { parseJson } from './compare.js'
import { receive, send } from './frames.js'
import { OUTPUT_LIMIT, type Outcome, type Program, type Trial } from './runner.js'

const require = createRequire(import.meta.url)
/** What a contest program expects of Node, as one expression; each part is a function of what the others share. */
const shim = `(() => {
  const kit = { limit: globalThis.__limit, input: globalThis.__stdin }
  delete globalThis.__limit
  delete globalThis.__stdin
  ${['console', 'timers', 'stdin', 'assert', 'modules'].map((name) => `;(${part(name)})(kit)`).join('\n')}
  return (${part('handle')})(kit)
})()`

function part(name: string): string {
  return readFileSync(new URL(`./shim/${name}.js`, import.meta.url), 'utf8').replace(/^(?:\/\/.*\n)+;?/, '')
}

interface Request {
  program: Program
  trial: Trial
  timeLimit: number
  memoryLimit: number
  /** How many times the usual wall time it may take: more than 1 where it runs alone, once more. */
  patience?: number
  outputLimit?: number
}

/** After its limit a script has this long to be stopped, in milliseconds. */
const GRACE = 700
/** Resident memory above the isolate's own limit that is still ours, in megabytes. */
const OWN_MEMORY = 400

let ivm: typeof IsolatedVm | undefined

async function run(request: Request): Promise<Outcome> {
  ivm ??= require('isolated-vm') as typeof IsolatedVm
  const { program, trial, timeLimit, memoryLimit } = request
  const source = program.language === 'typescript' ? stripped(program.source, true) : stripped(program.source, false)
  if (source.fault !== undefined) return { status: 'compile-error', seconds: 0, detail: source.fault }
  const isolate = new ivm.Isolate({ memoryLimit: Math.max(16, memoryLimit) })
  const began = performance.now()
  const wall = (timeLimit + 1) * 1000 * (request.patience ?? 1)
  const spent = () => {
    try {
      return Number(isolate.cpuTime) / 1e9
    } catch {
      return (performance.now() - began) / 1000
    }
  }
  const left = () => Math.max(1, Math.ceil(wall - (performance.now() - began)))
  const ended = (status: Outcome['status'], detail = '', more: Partial<Outcome> = {}): Outcome => {
    const seconds = spent()
    return seconds > timeLimit && status !== 'memory-limit'
      ? { status: 'time-limit', seconds, detail: '' }
      : { status, seconds, detail, ...more }
  }
  try {
    const context = await isolate.createContext()
    await context.global.set('__stdin', trial.kind === 'stdin' ? trial.stdin : '')
    await context.global.set('__limit', request.outputLimit ?? OUTPUT_LIMIT)
    const handle = (await (
      await isolate.compileScript(shim)
    ).run(context, { reference: true, timeout: left() })) as IsolatedVm.Reference<Record<string, unknown>>
    await context.global.set('__handle', handle.derefInto())
    // The handle is taken off the global before the program runs; only the judge's closures keep it.
    const steps = (await context.eval(
      `(() => { const h = globalThis.__handle; delete globalThis.__handle; const evaluate = eval;
        return { program: (source) => h.guard(() => { evaluate(source) }), tick: () => h.guard(h.tick),
          call: (source, args) => h.guard(() => { h.settle(evaluate(source)(...JSON.parse(args))) }), settled: h.settled, take: h.take, code: h.code, state: h.state, restore: h.restore } })()`,
      { reference: true },
    )) as IsolatedVm.Reference<Record<string, unknown>>
    const step = async (name: string, ...args: unknown[]): Promise<unknown> => {
      const work = (await steps.get(name, { reference: true })) as IsolatedVm.Reference<(...args: unknown[]) => unknown>
      return work.apply(undefined, args, { timeout: left(), result: { copy: true }, arguments: { copy: true } })
    }
    // Compiled first, so that a program that does not parse is told from one that throws.
    let code = source.text
    if (trial.kind === 'check') {
      // A checker is a function: an expression, or a declaration by any name.
      const named = `const __checker = (\n${code.trim().replace(/;$/, '')}\n)`
      if (
        await isolate.compileScript(named).then(
          () => true,
          () => false,
        )
      )
        code = named
    }
    try {
      await isolate.compileScript(code, { filename: 'main.js' })
    } catch (error) {
      const wrapped = `(async () => {\n${code}\n})()`
      try {
        await isolate.compileScript(wrapped, { filename: 'main.js' })
        if (!/\bawait\b/.test(code)) throw error
        code = wrapped
      } catch {
        return ended('compile-error', message(error))
      }
    }
    const drain = async (until?: () => Promise<boolean>): Promise<Outcome | undefined> => {
      for (;;) {
        if (until && (await until())) return undefined
        const [how, more] = (await step('tick')) as [string, unknown]
        if (how === 'ok' && more === false) return undefined
        // Nothing is waited for here; a program that would wait past its limit is over it now.
        if (typeof more === 'number' && more > (timeLimit + 1) * 1000)
          return { status: 'time-limit', seconds: timeLimit + 1, detail: 'it waits on a timer' }
        const fault = faultOf(how, more)
        if (fault) return fault
        if (left() <= 1 || spent() > timeLimit) return { status: 'time-limit', seconds: spent(), detail: '' }
      }
    }
    const faultOf = (how: string, detail: unknown): Outcome | undefined => {
      if (how === 'ok') return undefined
      if (how === 'limit') return ended('output-limit')
      if (how === 'exit')
        return trial.kind === 'stdin' ? undefined : ended('early-exit', `it left with status ${String(detail)}`)
      if (how === 'assertion')
        return trial.kind === 'assert' ? ended('assertion', String(detail)) : ended('runtime-error', String(detail))
      return ended('runtime-error', String(detail))
    }
    const script = await isolate.compileScript(code, { filename: 'main.js' })
    // The script itself runs at the top level of the context, so that its names are seen by the steps after it.
    const outcome = await topLevel(script, context, left())
    const left0 = outcome === undefined ? undefined : await classify(outcome)
    async function classify(error: unknown): Promise<Outcome | undefined> {
      const text = message(error)
      if (/timed out/.test(text)) return { status: 'time-limit', seconds: Math.max(spent(), timeLimit), detail: '' }
      if (/disposed|memory limit|allocation failed/i.test(text)) return ended('memory-limit', text)
      // A thrown value is judged inside, where it still is what it was.
      const state = await step('state')
      if (state !== 'running') return faultOf(state as string, await step('code'))
      return faultOf(/AssertionError/.test(text) ? 'assertion' : 'threw', stack(error))
    }
    if (left0) return left0
    const exited = outcome !== undefined
    if (exited && trial.kind !== 'stdin') return ended('early-exit')
    if (trial.kind === 'stdin') {
      const fault = exited ? undefined : await drain()
      if (fault) return fault
      const status = (await step('code')) as number
      return status !== 0
        ? ended('runtime-error', `it left with status ${status}`)
        : ended('ok', '', { stdout: (await step('take')) as string })
    }
    if (trial.kind === 'assert') {
      let check: IsolatedVm.Script
      try {
        check = await isolate.compileScript(stripped(trial.assert, program.language === 'typescript').text, {
          filename: 'assert.js',
        })
      } catch (error) {
        return ended('runtime-error', `the assertion does not parse: ${message(error)}`)
      }
      await step('restore')
      const failed = await topLevel(check, context, left())
      if (failed !== undefined) return (await classify(failed)) ?? ended('early-exit')
      return (await drain()) ?? ended('end')
    }
    const [finder, args] =
      trial.kind === 'call'
        ? [lookup(trial.fn), trial.args]
        : [checkerLookup(code), [trial.input, trial.output, trial.expected]]
    if (finder === undefined)
      return ended('missing', `${trial.kind === 'call' ? trial.fn : 'the checker'} is no name of a function`)
    const [how, detail] = (await step(
      'call',
      finder,
      JSON.stringify(args, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
    )) as [string, unknown]
    if (how === 'threw' && String(detail).includes('__missing__'))
      return ended('missing', `there is no function ${trial.kind === 'call' ? trial.fn : ''}`)
    const fault = faultOf(how, detail)
    if (fault) return fault
    const pending = await drain(async () => (await step('settled')) !== undefined)
    if (pending) return pending
    const settled = (await step('settled')) as [string, string] | undefined
    if (!settled) return { status: 'time-limit', seconds: spent(), detail: 'the promise never settled' }
    return settled[0] === 'value' ? ended('value', '', { value: settled[1] }) : ended('runtime-error', settled[1])
  } catch (error) {
    const text = message(error)
    if (/timed out/.test(text)) return { status: 'time-limit', seconds: Math.max(spent(), timeLimit), detail: '' }
    if (/disposed|memory limit|allocation failed/i.test(text))
      return { status: 'memory-limit', seconds: spent(), detail: text }
    return ended('runtime-error', text)
  } finally {
    try {
      if (!isolate.isDisposed) isolate.dispose()
    } catch {
      // It ran out of memory and is gone already.
    }
  }
}

const message = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error))
const stack = (error: unknown): string =>
  (error instanceof Error ? (error.stack ?? error.message).split('\n    at (<isolated-vm')[0]! : String(error)).slice(
    0,
    2000,
  )

/** Runs a script; gives what it threw, or undefined. */
async function topLevel(script: IsolatedVm.Script, context: IsolatedVm.Context, timeout: number): Promise<unknown> {
  try {
    await script.run(context, { timeout })
    return undefined
  } catch (error) {
    return error ?? new Error('it threw undefined')
  }
}

const lookup = (name: string): string | undefined =>
  /^[A-Za-z_$][\w$]*$/.test(name)
    ? `(typeof ${name} === 'function' ? ${name} : typeof module !== 'undefined' && typeof module.exports?.${name} === 'function' ? module.exports.${name} : typeof Solution === 'function' && typeof Solution.prototype.${name} === 'function' ? ((s) => s.${name}.bind(s))(new Solution()) : (() => { throw new Error('__missing__') }))`
    : undefined

/** The name of the first function that a checker's source declares. */
function checkerLookup(code: string): string | undefined {
  const declared =
    /(?:^|\n)\s*(?:async\s+)?(?:function\s*\*?\s*([A-Za-z_$][\w$]*)|(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=)/.exec(
      code,
    )
  return lookup(declared?.[1] ?? declared?.[2] ?? '__checker')
}

/** TypeScript without its types, and modules as CommonJS; a syntax error is the fault. */
function stripped(source: string, types: boolean): { text: string; fault?: string } {
  const module = /^\s*(?:import\s[^(]|import\{|export\s)/m.test(source)
  if (!types && !module) return { text: source }
  const ts = require('typescript') as typeof import('typescript')
  const result = ts.transpileModule(source, {
    fileName: types ? 'main.ts' : 'main.js',
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: module ? ts.ModuleKind.CommonJS : ts.ModuleKind.None,
      esModuleInterop: true,
      allowJs: true,
      removeComments: false,
      isolatedModules: true,
    },
  })
  const fault = result.diagnostics?.find(
    (diagnostic) => diagnostic.category === ts.DiagnosticCategory.Error && diagnostic.code < 2000,
  )
  // A script's names must stay at the top level: what the module wrapper adds does no harm there.
  return fault
    ? { text: '', fault: ts.flattenDiagnosticMessageText(fault.messageText, '\n') }
    : {
        text: result.outputText
          .replace(/^"use strict";\n/, '')
          .replace(/^Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);\n/m, ''),
      }
}

/** The isolate's memory may lie outside its limit (array buffers, wasm): the whole process has a bound too. */
function watched(request: Request, work: Promise<Outcome>): Promise<Outcome> {
  const began = performance.now()
  const cpu = process.cpuUsage()
  return new Promise((resolve) => {
    const finish = (outcome: Outcome, dead: boolean) => {
      clearInterval(timer)
      resolve(outcome)
      // A script that cannot be stopped takes this process with it, after the answer has left.
      if (dead) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50)
    }
    const timer = setInterval(() => {
      const seconds = (performance.now() - began) / 1000
      const used = process.cpuUsage(cpu)
      const busy = (used.user + used.system) / 1e6
      const over = seconds > (request.timeLimit + 1) * (request.patience ?? 1) + GRACE / 1000
      if (over && (busy > request.timeLimit || busy < 0.5 * seconds || seconds > 5 * request.timeLimit + 5))
        finish(
          {
            status: 'time-limit',
            seconds: Math.min(busy, request.timeLimit + 1),
            detail: 'it could not be stopped and was killed',
          },
          true,
        )
      else if (process.memoryUsage.rss() > (request.memoryLimit + OWN_MEMORY) * 1024 * 1024)
        finish({ status: 'memory-limit', seconds: busy, detail: 'the process held too much' }, true)
    }, 50)
    work.then((outcome) => finish(outcome, false))
  })
}

let queue = Promise.resolve()
receive(
  process.stdin,
  (text) => {
    queue = queue.then(async () => {
      const request = parseJson(text) as unknown as Request
      send(process.stdout, await watched(request, run(request)))
    })
  },
  () => process.exit(1),
)
// The judge is gone. A thread that is deaf to the isolate's end would hold up an orderly exit.
const end = () => process.kill(process.pid, 'SIGKILL')
process.stdin.on('end', end)
process.stdin.on('close', end)
process.stdout.on('error', end)
