// Magics that run where the cells run: a shell, npm, the environment, the names, the clock.
import { toBundle } from '../display/index.js'
import { hidden, isSecretName, Secrets } from '../display/secrets.js'
import { plain } from '../display/text.js'
import { currentCell, isStopped } from './cell.js'
import { show } from './host.js'
import { prompt } from './questions.js'
import type { NotebookScope } from './scope.js'
import { runProgram, shellProgram } from './shell.js'

/** A magic that was typed in a way that it does not understand. */
class UsageError extends Error {
  override readonly name = 'UsageError'

  constructor(message: string) {
    super(message)
    this.stack = ''
  }
}

/** What each magic does; `argument` is the text behind its name. */
export function magicRunner(notebook: NotebookScope): (name: string, argument: string) => Promise<void> {
  const known: Record<string, (argument: string) => void | Promise<void>> = {
    '%sh': (argument) => {
      if (argument === '') throw new UsageError('%sh needs a command: %sh ls -la')
      return runProgram(...shellProgram([], argument))
    },
    '%%sh': (argument) => {
      const [flags = '', ...script] = argument.split('\n')
      return runProgram(...shellProgram(flags.split(/\s+/).filter(Boolean), script.join('\n')))
    },
    '%npm': (argument) => npm(argument),
    '%env': (argument) => environment(argument),
    '%who': (argument) => who(notebook, argument.split(/[\s,]+/).filter(Boolean)),
  }
  return async (name, argument) => known[name]!(argument)
}

async function npm(argument: string): Promise<void> {
  const words = argument.split(/\s+/).filter(Boolean)
  if (words.length === 0) throw new UsageError('%npm needs a command: %npm install PACKAGE')
  // Answers on the way would wait for a keyboard that npm does not have here.
  const quiet = /^(?:i|in|install|add|ci|update|up|uninstall|remove|rm)$/.test(words[0]!)
    ? ['--no-fund', '--no-audit', '--no-update-notifier']
    : []
  const [program, args] = shellProgram([], `npm ${argument} ${quiet.join(' ')}`)
  await runProgram(
    program,
    args,
    'npm is not here. Install Node with npm from https://nodejs.org, and start the kernel anew.',
  )
}

function environment(argument: string): void {
  const { env } = process
  if (argument === '') {
    const rows = Object.keys(env)
      .sort()
      .map((name) => ({ name, value: isSecretName(name) ? shown(name) : (env[name] ?? '').slice(0, 200) }))
    const text = rows.map(({ name, value }) => `${name}=${value}`).join('\n')
    show({ data: { 'text/plain': text }, metadata: {} })
    return
  }
  const gone = /^-u\s+(\w+)$/.exec(argument)
  if (gone) {
    delete env[gone[1]!]
    return
  }
  const set = /^(\w+)(?:\s*=\s*|\s+)([\s\S]+)$/.exec(argument) ?? /^(\w+)=()$/.exec(argument)
  if (set) {
    const value = set[2] === '?' ? prompt(`${set[1]}: `, { password: true }) : unquoted(set[2]!)
    env[set[1]!] = value
    process.stdout.write(`${set[1]}=${shown(set[1]!)}\n`)
    return
  }
  if (!/^\w+$/.test(argument)) throw new UsageError('%env takes NAME, NAME=VALUE, NAME=? or -u NAME.')
  if (env[argument] === undefined) throw new UsageError(`${argument} is not set. To set it: %env ${argument}=VALUE`)
  process.stdout.write(`${argument}=${shown(argument)}\n`)
}

function shown(name: string): string {
  const value = process.env[name] ?? ''
  const secret = isSecretName(name) && new Secrets({ [name]: value }).mask(value) !== value
  return secret ? hidden(name) : value
}

function unquoted(text: string): string {
  return /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text
}

function who(notebook: NotebookScope, wanted: string[]): void {
  const rows = notebook
    .names()
    .filter((name) => wanted.length === 0 || wanted.includes(name))
    .sort((a, b) => a.localeCompare(b))
    .map((name) => {
      try {
        const value = notebook.holder(name)?.[name]
        return { name, type: typeOf(value), value: short(value) }
      } catch (error) {
        return { name, type: '?', value: `(${error instanceof Error ? error.message : String(error)})` }
      }
    })
  if (rows.length === 0) {
    process.stdout.write(wanted.length === 0 ? 'No names are declared yet.\n' : `Not declared: ${wanted.join(', ')}.\n`)
    return
  }
  const text = [['name', 'type', 'value'], ...rows.map(({ name, type, value }) => [name, type, value])]
  const widths = [0, 1].map((at) => Math.max(...text.map((row) => row[at]!.length)))
  const lines = text.map((row) => `${row[0]!.padEnd(widths[0]!)}  ${row[1]!.padEnd(widths[1]!)}  ${row[2]}`.trimEnd())
  const bundle = toBundle(rows)
  const html = bundle instanceof Promise ? {} : { 'text/html': bundle.data['text/html'] }
  show({ data: { ...html, 'text/plain': lines.join('\n') }, metadata: {} })
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'function')
    return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function'
  if (typeof value !== 'object') return typeof value
  if (Array.isArray(value)) return `Array(${value.length})`
  const name = (value as object).constructor?.name || 'object'
  const { size, length } = value as { size?: unknown; length?: unknown }
  const count = typeof size === 'number' ? size : typeof length === 'number' ? length : undefined
  return count === undefined ? name : `${name}(${count})`
}

function short(value: unknown): string {
  if (typeof value === 'function') {
    const text = Function.prototype.toString.call(value).split('\n')[0]!
    return text.length > 60 ? `${text.slice(0, 59)}…` : text
  }
  const text = plain(value, { depth: 1, maxArrayLength: 5, maxStringLength: 80, breakLength: Number.POSITIVE_INFINITY })
  const line = text.replace(/\s*\n\s*/g, ' ')
  return line.length > 80 ? `${line.slice(0, 79)}…` : line
}

/** How long a measurement of %timeit takes at least, and how many there are. */
const MEASUREMENT = 200
const MEASUREMENTS = 7

let sink: unknown

/** `%timeit`: the number of loops is chosen so that one measurement takes about 0.2 s. */
export async function timeIt(work: () => unknown): Promise<void> {
  const first = work()
  const waits = first instanceof Promise
  if (waits) await first
  const measure = async (loops: number): Promise<number> => {
    const began = process.hrtime.bigint()
    if (waits) for (let at = 0; at < loops && !isStopped(); at++) sink = await work()
    else for (let at = 0; at < loops; at++) sink = work()
    return Number(process.hrtime.bigint() - began) / 1e6
  }
  let loops = 1
  let last = await measure(1)
  while (last < MEASUREMENT && loops < 1e8 && !isStopped()) {
    loops = Math.min(
      1e8,
      Math.ceil((loops * Math.max(2, Math.min(100, (MEASUREMENT * 1.1) / Math.max(last, 1e-6)))) / 1),
    )
    last = await measure(loops)
  }
  loops = 10 ** Math.max(0, Math.floor(Math.log10(loops)))
  const times: number[] = []
  while (times.length < MEASUREMENTS && !isStopped()) times.push((await measure(loops)) / loops)
  if (currentCell().stopped) return
  const mean = times.reduce((sum, each) => sum + each, 0) / times.length
  const deviation = Math.sqrt(times.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (times.length - 1))
  const runs = `${times.length} measurements, ${loops.toLocaleString('en')} ${loops === 1 ? 'loop' : 'loops'} each`
  process.stdout.write(
    `${span(mean)} ± ${span(deviation)} a loop, best ${span(Math.min(...times))} (mean ± sd of ${runs})\n`,
  )
  void sink
}

function span(milliseconds: number): string {
  const [unit, factor] =
    milliseconds >= 1000
      ? ['s', 1e-3]
      : milliseconds >= 1
        ? ['ms', 1]
        : milliseconds >= 1e-3
          ? ['µs', 1e3]
          : ['ns', 1e6]
  return `${Number((milliseconds * Number(factor)).toPrecision(3))} ${unit}`
}
