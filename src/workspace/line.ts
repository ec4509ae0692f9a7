// One line of a journal: how it is written, how it is known to be whole, and how it is found among damage.
//
// A line is {"key":"<32 hex>","dollars":<n>,"at":<ms>,"tokens":[<prompt>,<completion>],"value":<any>,"sum":"<crc32 of
// all before, 8 hex>"}. `at` and `tokens` are missing in lines of older versions, which read these as well.
import { crc32 } from 'node:zlib'
import type { Usage } from '../rows.js'

const HEAD = Buffer.from('{"key":"')
const KEY_LENGTH = 32
const COST = HEAD.length + KEY_LENGTH + '","dollars":'.length
const SUM = Buffer.from(',"sum":"')
const TAIL_LENGTH = SUM.length + 8 + '"}'.length
const LEAST = COST + TAIL_LENGTH
/** Longer than any head can be: a cost, a time and two counts. */
const HEAD_ROOM = COST + 120
const NEWLINE = 10
const RETURN = 13

/** What a journal knows of an answer without reading it. */
export interface Entry {
  /** 32 hex digits. */
  key: string
  /** The sum that stands at the line's end: with the key it tells one line from another. */
  sum: number
  dollars: number
  prompt: number
  completion: number
  /** Milliseconds since 1970; 0 in lines of older versions. */
  at: number
}

export interface Line extends Entry {
  /** The line without its newline. */
  bytes: Buffer
}

/** Writes a line; its newline is not part of it. */
export function encode(key: string, value: unknown, dollars = 0, tokens?: Usage, at = Date.now()): Line {
  const cost = Number.isFinite(dollars) ? dollars : 0
  const prompt = whole(tokens?.prompt)
  const completion = whole(tokens?.completion)
  const counted = prompt + completion > 0 ? `,"tokens":[${prompt},${completion}]` : ''
  const body = Buffer.from(
    `${HEAD}${key}","dollars":${JSON.stringify(cost)},"at":${at}${counted},"value":${JSON.stringify(value) ?? 'null'}`,
  )
  const sum = crc32(body)
  const bytes = Buffer.concat([body, Buffer.from(`,"sum":"${hex(sum)}"}`)])
  return { key, sum, dollars: cost, prompt, completion, at, bytes }
}

/** The value in a line that is known to be whole. */
export function valueIn<T>(bytes: Buffer): T {
  return (JSON.parse(bytes.toString('utf8')) as { value: T }).value
}

/** What a line says of itself; undefined where it is not whole. */
export function decode(bytes: Buffer): Entry | undefined {
  const body = bytes.length - TAIL_LENGTH
  if (bytes.length < LEAST || !startsAt(bytes, HEAD, 0) || !startsAt(bytes, SUM, body)) return undefined
  const sum = crc32(bytes.subarray(0, body))
  return sumAt(bytes, body) === hex(sum) ? entry(bytes, sum) : undefined
}

/** A piece of a file: whole lines, and what was between them. */
export interface Found {
  line(start: number, length: number, entry: Entry): void
  /** Bytes that are no line: torn, overwritten, foreign. */
  damage?(start: number, length: number): void
}

/**
 * Goes through the lines of a piece that begins at a line's start. What stands behind the last newline is left for
 * later: it may be a line that is being written.
 *
 * @returns How many bytes were gone through.
 */
export function scan(piece: Buffer, found: Found): number {
  let start = 0
  for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, start)) {
    scanLine(piece, start, end, found)
    start = end + 1
  }
  return start
}

/** One line, or whatever stands in its place. */
export function scanLine(piece: Buffer, start: number, end: number, found: Found): void {
  // A file that went through an editor or another system may end its lines with \r\n.
  const stop = end > start && piece[end - 1] === RETURN ? end - 1 : end
  if (stop === start) return
  const known = decode(piece.subarray(start, stop))
  if (known) found.line(start, stop - start, known)
  else salvage(piece, start, stop, found)
}

/**
 * Looks for whole lines inside a damaged one: behind the torn start of another, behind the zeros that a power cut
 * leaves, or two that lost the newline between them.
 */
function salvage(piece: Buffer, start: number, stop: number, found: Found): void {
  const text = piece.subarray(start, stop)
  let lost = 0
  let from = 0
  for (let head = text.indexOf(HEAD); head !== -1; head = text.indexOf(HEAD, from)) {
    const length = wholeAt(text.subarray(head))
    const known = length > 0 ? decode(text.subarray(head, head + length)) : undefined
    from = head + (known ? length : 1)
    if (!known) continue
    if (head > lost) found.damage?.(start + lost, head - lost)
    found.line(start + head, length, known)
    lost = head + length
  }
  if (lost < text.length) found.damage?.(start + lost, text.length - lost)
}

/** The length of the whole line with which a text begins; 0 where it begins with none. */
function wholeAt(text: Buffer): number {
  let sum = 0
  let summed = 0
  for (let at = text.indexOf(SUM); at !== -1; at = text.indexOf(SUM, at + 1)) {
    if (at + TAIL_LENGTH > text.length) return 0
    sum = crc32(text.subarray(summed, at), sum)
    summed = at
    if (at >= COST && sumAt(text, at) === hex(sum)) return at + TAIL_LENGTH
  }
  return 0
}

function entry(bytes: Buffer, sum: number): Entry | undefined {
  const head = bytes.toString('latin1', 0, Math.min(HEAD_ROOM, bytes.length))
  const key = head.slice(HEAD.length, HEAD.length + KEY_LENGTH)
  if (!/^[0-9a-f]{32}$/.test(key)) return undefined
  const [, dollars, at, prompt, completion] =
    /^([^,]+)(?:,"at":(\d+))?(?:,"tokens":\[(\d+),(\d+)\])?/.exec(head.slice(COST)) ?? []
  return {
    key,
    sum,
    dollars: Number(dollars) || 0,
    prompt: Number(prompt ?? 0),
    completion: Number(completion ?? 0),
    at: Number(at ?? 0),
  }
}

function sumAt(bytes: Buffer, body: number): string {
  if (bytes[body + TAIL_LENGTH - 2] !== 34 || bytes[body + TAIL_LENGTH - 1] !== 125) return ''
  return bytes.toString('latin1', body + SUM.length, body + SUM.length + 8)
}

function startsAt(bytes: Buffer, text: Buffer, at: number): boolean {
  return at >= 0 && bytes.compare(text, 0, text.length, at, at + text.length) === 0
}

const hex = (sum: number): string => sum.toString(16).padStart(8, '0')

/** A count as the head of a line holds it: what a server reports may be anything. */
const whole = (n: number | undefined): number => (n !== undefined && Number.isSafeInteger(n) && n > 0 ? n : 0)
