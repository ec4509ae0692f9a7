// JSON whose numbers keep their digits: a program's arguments and values must arrive as they were written.

/** Whole numbers that a double cannot hold come as BigInt. */
export type Json = null | boolean | number | bigint | string | Json[] | { [key: string]: Json }

/** JSON.parse that keeps whole numbers of any size. */
export function parseJson(text: string): Json {
  if (!/\d{16}/.test(text)) return JSON.parse(text) as Json
  return withSource(text, (value, source) =>
    /^-?\d{16,}$/.test(source) && !Number.isSafeInteger(value) ? BigInt(source) : value,
  )
}

/** A number by the text that it was written as: what a JavaScript number would change (2.0, 10^30). */
export interface ExactNumber {
  $number: string
}

/** A Python dict whose keys are not all strings, as pairs. */
export interface ExactDict {
  $dict: [unknown, unknown][]
}

/** JSON.parse for arguments and expected values: 2.0 stays a float and 10^30 stays whole, as `{ $number }`. */
export function exactJson(text: string): Json {
  if (!/\d{16}|\d(?:\.\d|[eE])/.test(text)) return JSON.parse(text) as Json
  return withSource(text, (value, source) =>
    (Number.isInteger(value) && !/^-?\d+$/.test(source)) || (/^-?\d+$/.test(source) && !Number.isSafeInteger(value))
      ? { $number: source }
      : value,
  )
}

function withSource(text: string, number: (value: number, source: string) => Json): Json {
  const reviver = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined ? number(value, context.source) : value
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown) as Json
}

export const isExactNumber = (value: unknown): value is ExactNumber =>
  typeof value === 'object' && value !== null && typeof (value as ExactNumber).$number === 'string'

const isExactDict = (value: unknown): value is ExactDict =>
  typeof value === 'object' && value !== null && Array.isArray((value as ExactDict).$dict)

/** What exact values compare as: numbers and BigInt, and dicts with their keys as JSON has them. */
export function plainJson(value: unknown): Json {
  if (isExactNumber(value)) return parseJson(value.$number)
  if (isExactDict(value))
    return Object.fromEntries(value.$dict.map(([key, inner]) => [keyText(key), plainJson(inner)])) as Json
  if (Array.isArray(value)) return value.map(plainJson)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainJson(inner)]))
  return value as Json
}

/** A key as Python's json.dumps writes it: True is "true", 1 is "1". */
const keyText = (key: unknown): string => (isExactNumber(key) ? key.$number : String(key))

/** JSON.stringify that writes BigInt and exact numbers as the numbers they are. */
export function jsonText(value: unknown): string {
  const raw = (JSON as unknown as { rawJSON?: (text: string) => unknown }).rawJSON
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return raw ? raw(String(inner)) : Number(inner)
    if (isExactNumber(inner) && /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(inner.$number))
      return raw ? raw(inner.$number) : Number(inner.$number)
    return inner
  })
}
