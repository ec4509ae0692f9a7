// Binary values of a widget's state travel beside its JSON, each with the path at which it stood.
import { bytesOf, type CommData } from './comms.js'

type Path = (string | number)[]

/** The state without its binary values, and these with their paths. */
export function takeBuffers(state: CommData): { json: CommData; paths: Path[]; buffers: Uint8Array[] } {
  const paths: Path[] = []
  const buffers: Uint8Array[] = []
  const take = (value: unknown, path: Path): unknown => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      paths.push(path)
      buffers.push(bytesOf(value))
      // A list keeps its length; a key is left out.
      return typeof path.at(-1) === 'number' ? null : undefined
    }
    if (Array.isArray(value)) return value.map((each, place) => take(each, [...path, place]))
    if (!isPlain(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, take(each, [...path, key])]))
  }
  return { json: take(state, []) as CommData, paths, buffers }
}

/** The state with the binary values where they stood. */
export function putBuffers(state: CommData, paths: Path[] = [], buffers: Uint8Array[] = []): CommData {
  for (const [place, path] of paths.entries()) {
    const key = path.at(-1)
    const holder = path
      .slice(0, -1)
      .reduce<unknown>((at, step) => (at as Record<string | number, unknown>)?.[step], state)
    if (key !== undefined && holder !== null && typeof holder === 'object')
      (holder as Record<string | number, unknown>)[key] = buffers[place]
  }
  return state
}

function isPlain(value: unknown): value is CommData {
  if (value === null || typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
