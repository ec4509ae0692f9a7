// The keys of a value, for completion: nothing of the cells' code runs, no getter and no trap of a Proxy.
import { types } from 'node:util'
import type { LiveKey, LiveStep } from './protocol.js'
import type { NotebookScope } from './scope.js'

/** So many keys are given at most. */
const LIMIT = 500
const ARRAY_LIKE_OWN = new Set(['length'])

/** The keys of the value at a path from a name; undefined where there is no such value, or a look would run code. */
export function liveKeys(scope: NotebookScope, root: string, steps: readonly LiveStep[]): LiveKey[] | undefined {
  // Node's own name is a getter, and no code of a cell.
  let value = root === 'process' ? process : heldBy(scope.holder(root) ?? globalThis, root)
  for (const step of steps) value = next(value, step)
  if (value === undefined || value === null || isForeign(value)) return undefined
  const found = new Map<string, LiveKey>()
  let object: object | null = Object(value)
  for (let own = true; object && object !== Object.prototype && !isForeign(object); own = false) {
    addOwn(found, object, own)
    if (found.size >= LIMIT) break
    object = Object.getPrototypeOf(object)
  }
  return [...found.values()]
}

function addOwn(found: Map<string, LiveKey>, object: object, own: boolean): void {
  // The places of an array and of a text are no names.
  const indexed = own && (Array.isArray(object) || ArrayBuffer.isView(object) || types.isStringObject(object))
  const names = indexed ? ARRAY_LIKE_OWN : Object.getOwnPropertyNames(object)
  for (const key of names) {
    if (found.size >= LIMIT) return
    if (found.has(key) || (!own && (key === 'constructor' || key.startsWith('__')))) continue
    const described = Object.getOwnPropertyDescriptor(object, key)
    if (!described) continue
    const type = 'value' in described ? shortType(described.value) : 'accessor'
    const isMethod = 'value' in described && typeof described.value === 'function'
    found.set(key, { key, type, kind: isMethod ? 'method' : 'property' })
  }
}

function next(value: unknown, step: LiveStep): unknown {
  if ('key' in step) return heldBy(value, step.key)
  if ('get' in step) return types.isMap(value) ? Map.prototype.get.call(value, step.get) : undefined
  if (step.call === 'first') return Array.isArray(value) || !types.isSet(value) ? heldBy(value, '0') : firstOf(value)
  if (step.call === 'last') return heldBy(value, String(Number(heldBy(value, 'length')) - 1))
  // Of all keys, values and entries the first stands for the others, as elements of an array do.
  const keys = isObject(value) && !isForeign(value) ? Object.keys(value).slice(0, 100) : []
  if (step.call === 'keys') return keys
  if (step.call === 'values') return keys.map((key) => heldBy(value, key))
  return keys.map((key) => [key, heldBy(value, key)])
}

function firstOf(set: Set<unknown>): unknown {
  return Set.prototype.values.call(set).next().value
}

/** What a property holds where it is the value's own and no getter. */
function heldBy(value: unknown, key: string): unknown {
  if (!isObject(value) || isForeign(value)) return undefined
  const described = Object.getOwnPropertyDescriptor(value, key)
  return described && 'value' in described ? described.value : undefined
}

/** A Proxy that a cell or a package has made: a look at it would run its code. The one of process.env is ours. */
function isForeign(value: unknown): boolean {
  return types.isProxy(value) && value !== process.env
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** A type in a few words: `string`, `number[]`, `{ name: string; size: number; … }`, `Map`. */
function shortType(value: unknown, depth = 0): string {
  if (value === null) return 'null'
  if (!isObject(value)) return typeof value
  if (isForeign(value)) return 'Proxy'
  if (typeof value === 'function') return 'function'
  if (Array.isArray(value)) return arrayType(value, depth)
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return objectType(value, depth)
  const maker = heldBy(prototype, 'constructor')
  const name = typeof maker === 'function' && !isForeign(maker) ? heldBy(maker, 'name') : undefined
  return typeof name === 'string' && name !== '' ? name : 'object'
}

function arrayType(value: readonly unknown[], depth: number): string {
  const first = [...Array(Math.min(value.length, 5)).keys()].map((at) => heldBy(value, String(at)))
  const kinds = new Set(first.map((each) => shortType(each, depth + 1)))
  const [only] = kinds
  if (kinds.size !== 1) return kinds.size === 0 ? 'never[]' : 'unknown[]'
  return `${only}[]`
}

function objectType(value: object, depth: number): string {
  if (depth > 1) return 'object'
  const parts: string[] = []
  // Not a list of all keys: there may be a million.
  for (const key in value) {
    if (parts.length === 3) {
      parts.push('…')
      break
    }
    const described = Object.getOwnPropertyDescriptor(value, key)
    if (!described) break
    parts.push(`${key}: ${'value' in described ? shortType(described.value, depth + 1) : 'accessor'}`)
  }
  return parts.length === 0 ? '{}' : `{ ${parts.join('; ')} }`
}
