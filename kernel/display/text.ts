// Values as text, as Node prints them, and never more than some kB.
import { type InspectOptions, inspect, types } from 'node:util'

/** The longest text of a value. */
const LONGEST = 20_000
/** About so many characters may be printed before less of a value is shown. */
const BUDGET = 60_000
/** An object with more fields is shown by its first ones. */
const FIELDS = 200

/** How much of a value is shown: levels, items of each list, characters of each text. The first that fits is taken. */
const EXTENTS: [depth: number, items: number, letters: number][] = [
  [4, 100, 10_000],
  [3, 50, 1000],
  [2, 20, 200],
  [1, 10, 100],
  [0, 10, 100],
]

/** The text of a value: as console.log would print it inside an object, without colours; of a large one a part. */
export function plain(value: unknown, options: InspectOptions = {}): string {
  try {
    const [shown, more] = firstFields(value)
    const [depth, maxArrayLength, maxStringLength] =
      EXTENTS.find((extent) => weight(shown, ...extent) < BUDGET) ?? EXTENTS.at(-1)!
    const how = { colors: false, depth, maxArrayLength, maxStringLength, ...options }
    const text = isPlainSet(shown) ? setText(shown, how) : inspect(shown, how)
    return cut(text) + more
  } catch (error) {
    return `(a value that cannot be printed: ${messageOf(error)})`
  }
}

/** A text that is too long to be shown, cut, with its length. */
export function cut(text: string, longest = LONGEST): string {
  return text.length <= longest
    ? text
    : `${text.slice(0, longest)}… (${text.length.toLocaleString('en')} characters in all)`
}

/** The message of whatever was thrown; also of what throws when it is asked. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error)
  } catch {
    return 'an error that cannot be shown'
  }
}

function isPlainSet(value: unknown): value is Set<unknown> {
  return types.isSet(value) && !types.isProxy(value) && Object.getPrototypeOf(value) === Set.prototype
}

/** A set in columns, as inspect prints an array: one item a line is a screen for little. */
function setText(set: Set<unknown>, options: InspectOptions): string {
  const text = inspect(set, options)
  const simple = ![...firstOf(set.values(), 100)].some((each) => each !== null && typeof each === 'object')
  if (!simple || set.size <= 6 || Object.keys(set).length > 0 || !text.includes('\n')) return text
  return `Set(${set.size}) {${inspect([...set], options).slice(1, -1)}}`
}

/** A dictionary of very many fields by its first ones: inspect has no bound for them. */
function firstFields(value: unknown): [shown: unknown, more: string] {
  if (value === null || typeof value !== 'object' || types.isProxy(value) || Array.isArray(value)) return [value, '']
  if (ArrayBuffer.isView(value)) return [value, '']
  const keys = Object.keys(value)
  if (keys.length <= FIELDS) return [value, '']
  const first = Object.defineProperties(
    Object.create(Object.getPrototypeOf(value)),
    Object.fromEntries(keys.slice(0, FIELDS / 2).map((key) => [key, Object.getOwnPropertyDescriptor(value, key)!])),
  )
  return [first, `\n… ${(keys.length - FIELDS / 2).toLocaleString('en')} more fields`]
}

/** About how many characters a value takes; counted up to the budget. No code of the value runs. */
function weight(value: unknown, depth: number, items: number, letters: number): number {
  let sum = 0
  const visit = (each: unknown, level: number): void => {
    sum += typeof each === 'string' ? Math.min(each.length, letters) + 4 : 8
    if (sum > BUDGET || each === null || typeof each !== 'object' || types.isProxy(each) || level > depth) return
    if (Array.isArray(each)) for (const item of each.slice(0, items)) visit(item, level + 1)
    else if (each instanceof Map)
      for (const [key, item] of firstOf(each.entries(), items)) {
        visit(key, level + 1)
        visit(item, level + 1)
      }
    else if (each instanceof Set) for (const item of firstOf(each.values(), items)) visit(item, level + 1)
    else if (!ArrayBuffer.isView(each)) {
      const keys = Object.keys(each)
      if (keys.length > FIELDS) sum += BUDGET
      for (const key of keys.slice(0, FIELDS)) {
        sum += key.length
        visit(Object.getOwnPropertyDescriptor(each, key)?.value, level + 1)
      }
    }
  }
  visit(value, 0)
  return sum
}

function* firstOf<T>(values: Iterator<T>, count: number): Generator<T> {
  for (let at = 0, next = values.next(); at < count && !next.done; at++, next = values.next()) yield next.value
}
