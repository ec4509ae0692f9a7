// Where a cell runs, seen from the library: show, update, ask, be stopped.
//
// Our kernel, REPL and runner set globalThis[Symbol.for('skylab.host')]. Elsewhere this file falls
// back to tslab's newDisplay, to Deno.jupyter, then to a terminal, so that the same helper works in
// all of them.
import { randomUUID } from 'node:crypto'
import { getEventListeners } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { inspect } from 'node:util'
import { Stopped } from './stopped.js'

/** MIME type → value. */
export type MimeBundle = Record<string, unknown>

export interface DisplayOptions {
  /** A name for what is shown, so that it can be replaced later. */
  id?: string
  /** Replaces what was shown under `id`. */
  update?: boolean
  /** The last update of this id: a plain terminal or log shows only that one. */
  final?: boolean
}

export interface Host {
  /** Shows a bundle; with an id that was shown before and `update`, replaces what stands there. */
  display(bundle: MimeBundle, options?: DisplayOptions): void | Promise<void>
  /** Aborted when the running cell is interrupted. */
  signal(): AbortSignal
  /** Asks the person at the keyboard; a password is not shown while it is typed. */
  prompt(text: string, options?: { password?: boolean }): Promise<string>
}

/** The convention, begun by Deno, by which a value shows itself. */
export const DISPLAY: unique symbol = Symbol.for('Jupyter.display') as never

const HOST = Symbol.for('skylab.host')

/** Where the code runs now: our kernel, REPL or runner, else stock tslab, else Deno's kernel, else a terminal. */
export function host(): Host {
  const ours = (globalThis as Record<symbol, unknown>)[HOST] as Host | undefined
  return ours ?? tslabHost() ?? denoHost() ?? terminalHost
}

/**
 * Shows a value where the code runs: something with `Symbol.for('Jupyter.display')`, a MIME bundle,
 * or anything else as text.
 */
export async function show(value: unknown): Promise<void> {
  await host().display(await bundleOf(value))
}

/** Something on the screen that can be replaced. */
export interface LiveDisplay {
  readonly id: string
  update(bundle: MimeBundle): void
  /** The last state, which is what a saved notebook or a log keeps. */
  end(bundle: MimeBundle): void
}

/** Shows a bundle and gives back the handle that replaces it. The caller decides how often: ten times a second at most. */
export function liveDisplay(first: MimeBundle): LiveDisplay {
  const where = host()
  const id = randomUUID()
  void where.display(first, { id })
  return {
    id,
    update: (bundle) => void where.display(bundle, { id, update: true }),
    end: (bundle) => void where.display(bundle, { id, update: true, final: true }),
  }
}

/** Any value as a MIME bundle, by its own method where it has one. */
export async function bundleOf(value: unknown): Promise<MimeBundle> {
  const own = (value as Record<symbol, unknown> | null | undefined)?.[DISPLAY]
  if (typeof own === 'function') return (await own.call(value)) as MimeBundle
  if (isBundle(value)) return value
  return { 'text/plain': typeof value === 'string' ? value : inspect(value) }
}

function isBundle(value: unknown): value is MimeBundle {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false
  const keys = Object.keys(value)
  return keys.length > 0 && keys.every((key) => /^[a-z]+\/[\w.+-]+$/.test(key))
}

// ---- stock tslab ----

interface TslabDisplay {
  raw(type: string, content: unknown): void
}

const tslabDisplays = new Map<string, TslabDisplay>()
const tslabOrder = ['text/html', 'image/svg+xml', 'image/png', 'text/markdown', 'text/plain']

/** Whether the code runs in a cell of tslab's own kernel, and no kernel of ours stands around it. */
export function isStockTslab(): boolean {
  return HOST in globalThis === false && '__tslab__' in globalThis
}

/** tslab shows one MIME type a call, so the richest one that every front end draws is chosen. */
function tslabHost(): Host | undefined {
  // The kernel that runs the cell, not the copy of tslab that may lie in node_modules.
  const cell = (globalThis as { __tslab__?: { require(name: string): unknown } }).__tslab__
  if (!cell) return undefined
  const tslab = cell.require('tslab') as { newDisplay(): TslabDisplay }
  return {
    display(bundle, { id, update, final } = {}) {
      const type = tslabOrder.find((known) => bundle[known] !== undefined) ?? Object.keys(bundle)[0]
      if (!type) return
      const content = type === 'image/png' ? Buffer.from(String(bundle[type]), 'base64') : bundle[type]
      const known = update && id ? tslabDisplays.get(id) : undefined
      const slot = known ?? tslab.newDisplay()
      slot.raw(type, content)
      if (id && final) tslabDisplays.delete(id)
      else if (id) tslabDisplays.set(id, slot)
    },
    signal: signalOfProcess,
    prompt: () => Promise.reject(noKeyboard('tslab')),
  }
}

// ---- Deno's kernel ----

interface DenoJupyter {
  broadcast(type: string, content: object): Promise<void>
}

function denoHost(): Host | undefined {
  let jupyter: DenoJupyter | undefined
  try {
    // Outside its kernel, Deno throws on reading this name.
    jupyter = (globalThis as { Deno?: { jupyter?: DenoJupyter } }).Deno?.jupyter
  } catch {
    return undefined
  }
  if (!jupyter) return undefined
  const { broadcast } = jupyter
  return {
    display(data, { id, update } = {}) {
      const transient = id ? { display_id: id } : {}
      return broadcast(update ? 'update_display_data' : 'display_data', { data, metadata: {}, transient })
    },
    // Deno's kernel gives a cell no sign of an interrupt.
    signal: () => never.signal,
    prompt: async (text) => {
      const answer = (globalThis as { prompt?: (text: string) => string | null }).prompt?.(text)
      if (answer === undefined || answer === null) throw noKeyboard("Deno's kernel")
      return answer
    },
  }
}

const never = new AbortController()

// ---- a terminal, a log, a pipe ----

/** What was shown last under an id, and how many lines it took: '' and 0 before anything was written. */
const onScreen = new Map<string, { text: string; lines: number }>()
let lastOnScreen: string | undefined

const terminalHost: Host = {
  display(bundle, { id, update, final } = {}) {
    const text = String(bundle['text/plain'] ?? bundle['text/markdown'] ?? `[${Object.keys(bundle).join(', ')}]`)
    if (!id) {
      lastOnScreen = undefined
      process.stdout.write(`${text}\n`)
      return
    }
    // Progress goes to standard error: standard output may be JSON Lines for another program.
    if (process.stderr.isTTY) rewrite(id, text, update === true)
    else keep(id, text, final === true)
    if (final) onScreen.delete(id)
  },
  signal: signalOfProcess,
  async prompt(text, { password } = {}) {
    if (!process.stdin.isTTY) throw noKeyboard('this process')
    // What readline would write after the question is the echo of what is typed.
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
    const lines = createInterface({ input: process.stdin, output: password ? silent : process.stderr, terminal: true })
    try {
      if (password) process.stderr.write(text)
      return await lines.question(password ? '' : text)
    } finally {
      lines.close()
      if (password) process.stderr.write('\n')
    }
  },
}

/** Writes over what stands there, as long as nothing else was shown below it. */
function rewrite(id: string, text: string, update: boolean): void {
  const width = process.stderr.columns || 80
  const cut = text
    .split('\n')
    .map((line) => (line.length < width ? line : `${line.slice(0, width - 2)}…`))
    .join('\n')
  const before = onScreen.get(id)
  const up = update && before && lastOnScreen === id ? `\x1b[${before.lines}A\r\x1b[0J` : ''
  process.stderr.write(`${up}${cut}\n`)
  onScreen.set(id, { text: cut, lines: cut.split('\n').length })
  lastOnScreen = id
}

/** Seconds after which a log gets the first line of something that is not at its end; then twice as long, up to the last. */
const INTO_LOG = { first: 10, last: 300 }
const nextIntoLog = new Map<string, { at: number; gap: number }>()

/** A log gets a line now and then, rarer and rarer, and the last state, at the latest when the process ends. */
function keep(id: string, text: string, final: boolean): void {
  if (final) {
    nextIntoLog.delete(id)
    process.stderr.write(`${text}\n`)
    return
  }
  if (onScreen.size === 0 && process.listeners('exit').includes(flush) === false) process.once('exit', flush)
  onScreen.set(id, { text, lines: 0 })
  const now = performance.now() / 1000
  const next = nextIntoLog.get(id)
  if (!next) nextIntoLog.set(id, { at: now + INTO_LOG.first, gap: INTO_LOG.first })
  else if (now >= next.at) {
    const gap = Math.min(INTO_LOG.last, 2 * next.gap)
    nextIntoLog.set(id, { at: now + gap, gap })
    process.stderr.write(`${text}\n`)
  }
}

function flush(): void {
  for (const { text, lines } of onScreen.values()) if (lines === 0) process.stderr.write(`${text}\n`)
  onScreen.clear()
}

// ---- Ctrl-C outside our kernel ----

let current: AbortController | undefined

/**
 * A signal that Ctrl-C aborts. Where nothing listens to it any more, Ctrl-C ends the process as it
 * always did; a second Ctrl-C always does.
 */
function signalOfProcess(): AbortSignal {
  if (current && !current.signal.aborted) return current.signal
  const controller = new AbortController()
  current = controller
  process.once('SIGINT', () => {
    const heard = getEventListeners(controller.signal, 'abort').length > 0
    controller.abort(new Stopped('interrupted', 'Interrupted.', 'Run it again: finished work is kept.'))
    if (!heard && process.listenerCount('SIGINT') === 0) process.kill(process.pid, 'SIGINT')
  })
  return controller.signal
}

function noKeyboard(where: string): Stopped {
  return new Stopped(
    'no-host',
    `A question was asked, but ${where} has no keyboard to answer it.`,
    'Set the value in code instead.',
  )
}
