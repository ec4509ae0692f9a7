// Whatever a cell threw, as its error output.

import { codeFrame, dim, fixLine, headline } from '../display/error-text.js'
import { ownDisplay } from '../display/index.js'
import { cut, messageOf, plain } from '../display/text.js'
import type { CellError } from '../session.js'
import { fixOf } from './not-defined.js'
import { frameOf } from './sources.js'

/** How deep causes and the errors of an aggregate are followed. */
const DEPTH = 4
const FRAMES = 12

/** The error of a cell from the thrown value. An error that shows itself shows no stack. */
export function toCellError(thrown: unknown): CellError {
  try {
    return described(thrown)
  } catch (error) {
    // Its own name, message or stack throws when it is read.
    const message = `an error that cannot be shown (${messageOf(error)})`
    return { name: 'Error', message, traceback: [headline('Error', message)] }
  }
}

function described(thrown: unknown): CellError {
  if (!isError(thrown)) {
    const message = typeof thrown === 'string' ? cut(thrown) : plain(thrown)
    return { name: 'Uncaught', message, traceback: [headline('Uncaught', message)] }
  }
  const name = String(thrown.name || 'Error')
  const message = cut(asTyped(String(thrown.message ?? '')))
  const shown = ownDisplay(thrown)
  if (shown && !(shown instanceof Promise) && typeof shown['text/plain'] === 'string')
    return { name, message, traceback: [headline(name, shown['text/plain'])] }
  return { name, message, traceback: describe(thrown, 0) }
}

/** V8 quotes the code that ran ("$sky0.rows.mapp is not a function"); the reader typed `rows.mapp`. */
function asTyped(message: string): string {
  const named = message.replace(/(?<![\w$.])\$sky(?:\d+\.|\.readonly\.|_)/g, '')
  // A call of a name of the notebook runs as `(0,name)()`, so that it gets no `this`.
  return named.replace(/\(0 ?, ?([\p{ID_Start}$_][\p{ID_Continue}$]*)\)/gu, '$1')
}

function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}

function describe(error: Error, depth: number): string[] {
  const lines = headline(String(error.name || 'Error'), cut(asTyped(String(error.message ?? '')))).split('\n')
  const fix = fixOf(error)
  if (fix !== undefined) lines.push(fixLine(fix))
  let framed = depth > 0
  const frames = framesOf(error)
  for (const frame of frames.slice(0, FRAMES)) {
    lines.push(dim(frame))
    const found = framed ? undefined : frameOf(frame)
    if (!found) continue
    framed = true
    lines.push(...codeFrame(found.code, found.place.line, found.place.column))
  }
  if (frames.length > FRAMES) lines.push(dim(`    … ${frames.length - FRAMES} more`))
  const own = ownFields(error)
  if (own) lines.push(dim(`  ${own}`))
  if (depth >= DEPTH) return lines
  for (const inner of innerErrors(error)) {
    const [first = '', ...rest] = isError(inner.error) ? describe(inner.error, depth + 1) : [plain(inner.error)]
    lines.push(`${dim(inner.label)} ${first}`, ...rest)
  }
  return lines
}

/** What an error says beside its message, such as `code` and `status`. */
function ownFields(error: Error): string | undefined {
  const told = new Set(['name', 'message', 'stack', 'cause', 'errors'])
  const keys = Object.keys(error).filter((key) => !told.has(key))
  if (keys.length === 0) return undefined
  const fields = Object.fromEntries(
    keys.slice(0, 20).map((key) => [key, (error as unknown as Record<string, unknown>)[key]]),
  )
  return plain(fields, { depth: 1, maxArrayLength: 5, maxStringLength: 200 }).replace(/\n/g, '\n  ')
}

function framesOf(error: Error): string[] {
  const stack = typeof error.stack === 'string' ? error.stack : ''
  return stack.split('\n').filter((line) => /^ {4}at /.test(line) && !/\(node:|at node:|skylab-cell-/.test(line))
}

function innerErrors(error: Error): { label: string; error: unknown }[] {
  const inner: { label: string; error: unknown }[] = []
  if (error.cause !== undefined) inner.push({ label: '  caused by', error: error.cause })
  const { errors } = error as { errors?: unknown }
  if (Array.isArray(errors)) for (const each of errors.slice(0, 5)) inner.push({ label: '  one of', error: each })
  return inner
}
