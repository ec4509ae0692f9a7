// Any value to one MIME bundle.
import { types } from 'node:util'
import type { Bundle } from '../session.js'
import { knownShape } from './shapes.js'
import { messageOf, plain } from './text.js'

const DISPLAY = Symbol.for('Jupyter.display')

/**
 * How a value is shown, in this order: by its own `Symbol.for('Jupyter.display')`; as the MIME bundle
 * that it is; as a known shape (figure, table, picture, HTML); as text. A promise only where its own
 * method is async.
 */
export function toBundle(value: unknown): Bundle | Promise<Bundle> {
  if (value !== null && (typeof value === 'object' || typeof value === 'function')) {
    const own = ownDisplay(value)
    if (own instanceof Promise) return own.then((data) => (data ? { data, metadata: {} } : fallback(value)))
    if (own) return { data: own, metadata: {} }
    if (isPictureBlob(value)) return value.bytes().then(fallback)
  }
  return fallback(value)
}

/** What an object says of itself by Deno's convention, or undefined. */
export function ownDisplay(value: object): Data | Promise<Data | undefined> | undefined {
  let made: unknown
  let method: unknown
  try {
    method = (value as Record<PropertyKey, unknown>)[DISPLAY]
  } catch {
    // A proxy that throws, or was revoked, says nothing of itself.
    return undefined
  }
  if (typeof method !== 'function') return undefined
  try {
    made = method.call(value)
  } catch (error) {
    return failed(error)
  }
  if (made instanceof Promise || typeof (made as PromiseLike<unknown> | undefined)?.then === 'function')
    return Promise.resolve(made).then(asData, failed)
  return asData(made)
}

type Data = Record<string, unknown>

function asData(made: unknown): Data | undefined {
  if (made === null || typeof made !== 'object') return undefined
  const inner = (made as { data?: unknown }).data
  const isBundle = inner !== null && typeof inner === 'object' && Object.keys(inner).every((key) => key.includes('/'))
  return (isBundle ? inner : made) as Data
}

/** A value whose own method fails is still shown, with the reason. */
function failed(error: unknown): Data {
  return { 'text/plain': `(its Jupyter.display method failed: ${messageOf(error)})` }
}

function isPictureBlob(value: object): value is Blob & { bytes(): Promise<Uint8Array> } {
  return !types.isProxy(value) && value instanceof Blob && value.type.startsWith('image/') && value.size < 2e7
}

function fallback(value: unknown): Bundle {
  try {
    const shape = knownShape(value)
    if (shape) return shape
  } catch {
    // A getter or proxy that throws: text is always possible.
  }
  return { data: { 'text/plain': plain(value) }, metadata: {} }
}
