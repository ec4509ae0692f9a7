// One test of a JavaScript or TypeScript program in fresh isolates: one for the program, one for its assertions.

import { createRequire } from 'node:module'
import type IsolatedVm from 'isolated-vm'
import { type Ending, Realm } from './isolate-realm.js'
import { type Limits, OUTPUT_LIMIT, type Outcome, type Program, type Trial } from './runner.js'
import { type Stripped, stripped } from './strip.js'
import { ThreadTime } from './thread-time.js'

const require = createRequire(import.meta.url)

export interface Request extends Limits {
  program: Program
  trial: Trial
}

/** How often the CPU time of a running isolate is looked at, in milliseconds. */
const LOOK = 50
/** Past its time and without CPU time since it was last looked at. */
const SLEEPS = { waited: true }
/** Megabytes for the isolate in which assertions run. */
const TEST_MEMORY = 256

const threads = new ThreadTime()
/** Seconds by the clock on the wall. Alone, a second time, it may wait its turn: only its CPU time decides then. */
export const wallSeconds = ({ timeLimit, patience = 1 }: Limits): number =>
  patience > 1 ? (5 * timeLimit + 5) * patience : timeLimit + 1

let ivm: typeof IsolatedVm | undefined

/** Runs one test. Never throws for anything that the program does. */
export async function run(request: Request): Promise<Outcome> {
  ivm ??= require('isolated-vm') as typeof IsolatedVm
  const source = stripped(request.program.source, request.program.language === 'typescript')
  if (source.fault !== undefined) return { status: 'compile-error', seconds: 0, detail: source.fault }
  const test = new OneTest(ivm, request, source)
  try {
    return test.inTime(await test.run())
  } catch (error) {
    return test.inTime(test.broke(error))
  } finally {
    test.dispose()
  }
}

class OneTest {
  readonly #began = performance.now()
  readonly #before = threads.seconds()
  readonly #realms: Realm[] = []
  readonly #trial: Trial
  readonly #wall: number
  readonly #clock: NodeJS.Timeout
  /** How it ended where its CPU time was over, or where it slept. */
  #over: Outcome | undefined

  constructor(
    private readonly ivm: typeof IsolatedVm,
    private readonly request: Request,
    private readonly source: Stripped,
  ) {
    this.#trial = request.trial
    this.#wall = 1000 * wallSeconds(request)
    let looked = 0
    let before = 0
    this.#clock = setInterval(() => {
      const now = performance.now() - this.#began
      const cpu = this.#spent()
      const looks = now > 1000 * (request.timeLimit + 1) && now - looked >= 500
      const ended = cpu > request.timeLimit ? { seconds: cpu } : looks && cpu - before < 0.01 ? SLEEPS : undefined
      if (looks) {
        looked = now
        before = cpu
      }
      if (!ended) return
      this.#over = { status: 'time-limit', detail: '', seconds: request.timeLimit + 1, ...ended }
      this.dispose()
    }, LOOK)
  }

  /** The outcome, unless the program was stopped before it. */
  inTime(outcome: Outcome): Outcome {
    return this.#over ?? outcome
  }

  async run(): Promise<Outcome> {
    const { memoryLimit, outputLimit = OUTPUT_LIMIT } = this.request
    const trial = this.#trial
    const realm = await this.#realm(memoryLimit, trial.kind === 'stdin' ? trial.stdin : '', outputLimit)
    if (trial.kind === 'assert' && trial.given) await realm.topLevel(trial.given, 'given.js')
    const code = await this.#parsed(realm)
    if (typeof code !== 'string') return code
    const error = await realm.topLevel(code, 'main.js')
    const fault = error === undefined ? undefined : await this.#thrown(realm, error)
    if (fault) return fault
    const exited = error !== undefined
    if (trial.kind === 'stdin') return (exited ? undefined : await this.#drained(realm)) ?? this.#printed(realm)
    if (exited) return this.#ended('early-exit')
    return trial.kind === 'assert' ? this.#asserted(realm, trial) : this.#called(realm, code)
  }

  async #realm(memory: number, stdin: string, outputLimit: number): Promise<Realm> {
    const realm = await Realm.make(this.ivm, { memory, stdin, outputLimit, left: () => this.#left() })
    this.#realms.push(realm)
    return realm
  }

  /** The program as a script that parses: with an `await` at its top level, inside an asynchronous function. */
  async #parsed(realm: Realm): Promise<string | Outcome> {
    const code = this.source.text
    if (this.#trial.kind === 'check') {
      // A checker is a function: an expression, or a declaration by any name.
      const named = `const __checker = (\n${code.trim().replace(/;$/, '')}\n)`
      if ((await realm.unparsed(named, 'main.js')) === undefined) return named
    }
    const error = await realm.unparsed(code, 'main.js')
    if (error === undefined) return code
    const wrapped = inAsync(code)
    if (/\bawait\b/.test(code) && (await realm.unparsed(wrapped, 'main.js')) === undefined) return wrapped
    return this.#ended('compile-error', this.source.lines(message(error)))
  }

  async #printed(realm: Realm): Promise<Outcome> {
    const status = (await realm.step('code')) as number
    return status !== 0
      ? this.#ended('runtime-error', `it left with status ${status}`)
      : this.#ended('ok', '', { stdout: (await realm.step('take')) as string })
  }

  /** Ticks until nothing is left to do, or until `done`; gives what went wrong. */
  async #drained(realm: Realm, done?: () => Promise<boolean>): Promise<Outcome | undefined> {
    const { timeLimit } = this.request
    for (;;) {
      if (done && (await done())) return undefined
      const [how, more] = (await realm.step('tick')) as Ending
      // Nothing is waited for here; a program that would wait past its limit is over it now.
      if (typeof more === 'number' && more > (timeLimit + 1) * 1000)
        return { status: 'time-limit', seconds: timeLimit + 1, detail: 'it waits on a timer' }
      const fault = this.#fault([how, more])
      if (fault) return fault
      if (how === 'ok' && more === false) break
      if (this.#left() <= 1 || this.#spent() > timeLimit) return this.#stopped()
    }
    const state = (await realm.step('state')) as string
    if (state === 'limit') return this.#ended('output-limit')
    if (state === 'exit') return this.#fault(['exit', await realm.step('code')])
    const rejected = (await realm.step('rejected')) as Ending | undefined
    return rejected && this.#fault(rejected)
  }

  /** What a script threw at the top level; undefined where it left with a status of its own. */
  async #thrown(realm: Realm, error: unknown): Promise<Outcome | undefined> {
    const text = message(error)
    if (/timed out/.test(text)) return this.#stopped()
    if (OUT_OF_MEMORY.test(text)) return this.#ended('memory-limit', text)
    // A thrown value is judged inside, where it still is what it was.
    const state = (await realm.step('state')) as string
    if (state !== 'running') return this.#fault([state, await realm.step('code')])
    return this.#fault(['threw', stack(error)])
  }

  #fault([how, detail]: Ending): Outcome | undefined {
    if (how === 'ok') return undefined
    if (how === 'limit') return this.#ended('output-limit')
    if (how === 'exit')
      return this.#trial.kind === 'stdin'
        ? undefined
        : this.#ended('early-exit', `it left with status ${String(detail)}`)
    return this.#ended('runtime-error', this.source.lines(String(detail)))
  }

  async #called(realm: Realm, code: string): Promise<Outcome> {
    const trial = this.#trial as Extract<Trial, { kind: 'call' | 'check' }>
    const [finder, args] =
      trial.kind === 'call'
        ? [lookup(trial.fn), trial.args]
        : [checkerLookup(code), [trial.input, trial.output, trial.expected]]
    const what = trial.kind === 'call' ? trial.fn : 'the checker'
    if (finder === undefined) return this.#ended('missing', `${what} is no name of a function`)
    const given = JSON.stringify(args, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))
    const [how, detail] = (await realm.step('call', finder, given)) as Ending
    if (how === 'threw' && String(detail).includes('__missing__'))
      return this.#ended('missing', `there is no function ${what}`)
    const fault =
      this.#fault([how, detail]) ??
      (await this.#drained(realm, async () => (await realm.step('settled')) !== undefined))
    if (fault) return fault
    const settled = (await realm.step('settled')) as [string, string] | undefined
    if (!settled) return { status: 'time-limit', seconds: this.#spent(), detail: 'the promise never settled' }
    return settled[0] === 'value'
      ? this.#ended('value', '', { value: settled[1] })
      : this.#ended('runtime-error', this.source.lines(settled[1]))
  }

  /**
   * Assertions run in an isolate of their own, which the program cannot reach: what they call are stand-ins, and what
   * they compare are copies. So a program that changes Object.is or Array.prototype changes its own world only.
   */
  async #asserted(program: Realm, trial: Extract<Trial, { kind: 'assert' }>): Promise<Outcome> {
    const pending = await this.#drained(program)
    if (pending) return pending
    const test = await this.#realm(TEST_MEMORY, '', OUTPUT_LIMIT)
    let code = stripped(trial.assert, this.request.program.language === 'typescript').text
    const error = await test.unparsed(code, 'assert.js')
    if (error !== undefined) {
      code = inAsync(code)
      if ((await test.unparsed(code, 'assert.js')) !== undefined)
        return this.#ended('runtime-error', `the assertion does not parse: ${message(error)}`)
    }
    if (trial.given) await test.topLevel(trial.given, 'given.js')
    const names = [...new Set(code.match(/[A-Za-z_$][\w$]*/g))]
    const serve = (await program.reference('serve')) as IsolatedVm.Reference<(message: unknown) => unknown>
    const ask = new this.ivm.Reference(async (message: unknown) => {
      const options = { timeout: this.#left(), arguments: { copy: true }, result: { copy: true } } as const
      try {
        return new this.ivm.ExternalCopy(await serve.apply(undefined, [message], options)).copyInto()
      } catch (error) {
        // A test that catches everything must not pass a program that was stopped.
        if (/timed out/.test(String(error))) this.#over ??= this.#stopped()
        throw error
      }
    })
    await test.step('borrow', ask, names)
    const ending = (await test.step('test', `${code}\n//# sourceURL=assert.js`)) as Ending
    const fault = (await this.#judged(program, ending)) ?? (await this.#together(program, test))
    if (fault) return fault
    // A test that catches everything is not passed by a program that has left.
    if ((await program.step('state')) !== 'running') return this.#ended('early-exit')
    return ((await test.step('pending')) as boolean)
      ? this.#ended('early-exit', 'a promise of the test never settled')
      : this.#ended('end')
  }

  /** Ticks both isolates, and carries what settles in one to the other, until both are at rest. */
  async #together(program: Realm, test: Realm): Promise<Outcome | undefined> {
    for (;;) {
      const told = (await program.step('settledHere')) as unknown[]
      if (told.length > 0) await test.step('settleThere', told)
      const rejected = (await test.step('rejected')) as Ending | undefined
      if (rejected) return this.#judged(program, rejected)
      const there = (await program.step('tick')) as Ending
      const here = (await test.step('tick')) as Ending
      const fault = (await this.#judged(program, there)) ?? (await this.#judged(program, here))
      if (fault) return fault
      if (there[1] === false && here[1] === false && told.length === 0) {
        const last = (await program.step('settledHere')) as unknown[]
        if (last.length === 0) return undefined
        await test.step('settleThere', last)
      }
      if (this.#left() <= 1 || this.#spent() > this.request.timeLimit) return this.#stopped()
    }
  }

  /** How a step of the test ended, with what the program did to itself first. */
  async #judged(program: Realm, [how, detail]: Ending): Promise<Outcome | undefined> {
    if (program.isolate.isDisposed || OUT_OF_MEMORY.test(String(how === 'threw' ? detail : '')))
      return this.#ended('memory-limit')
    if (how === 'ok') return undefined
    if (/Script execution timed out/.test(String(detail))) return this.#stopped()
    const state = (await program.step('state')) as string
    if (state !== 'running') return this.#fault([state, await program.step('code')])
    return how === 'assertion' ? this.#ended('assertion', String(detail)) : this.#fault([how, detail])
  }

  broke(error: unknown): Outcome {
    const text = message(error)
    if (/timed out/.test(text)) return this.#stopped()
    return OUT_OF_MEMORY.test(text)
      ? { status: 'memory-limit', seconds: this.#spent(), detail: text }
      : this.#ended('runtime-error', text)
  }

  dispose(): void {
    clearInterval(this.#clock)
    for (const realm of this.#realms) realm.dispose()
  }

  #left(): number {
    return Math.max(1, Math.ceil(this.#wall - (performance.now() - this.#began)))
  }

  /** Seconds of CPU time. */
  #spent(): number {
    return threads.seconds() - this.#before
  }

  /** What the clock of the wall stopped. With CPU time left it slept, or waited its turn on a busy machine. */
  #stopped(): Outcome {
    const cpu = this.#spent()
    const waited = cpu < this.request.timeLimit
    return {
      status: 'time-limit',
      seconds: waited ? Math.min((performance.now() - this.#began) / 1000, this.request.timeLimit + 1) : cpu,
      detail: '',
      ...(waited && { waited }),
    }
  }

  #ended(status: Outcome['status'], detail = '', more: Partial<Outcome> = {}): Outcome {
    const seconds = this.#spent()
    return seconds > this.request.timeLimit && status !== 'memory-limit'
      ? { status: 'time-limit', seconds, detail: '' }
      : { status, seconds, detail, ...more }
  }
}

const OUT_OF_MEMORY = /disposed|memory limit|allocation failed/i
const inAsync = (code: string): string => `(async () => {${code}\n})()`

const message = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error))
const stack = (error: unknown): string =>
  (error instanceof Error ? (error.stack ?? error.message).split('\n    at (<isolated-vm')[0]! : String(error)).slice(
    0,
    2000,
  )

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
