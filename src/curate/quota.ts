// How much of what a mix takes: quotas by domain, source, difficulty and length.
import type { Judged } from '../rows.js'
import { Stopped } from '../stopped.js'

/** How many rows of a domain at most. A domain that is not named has no bound; 0 takes none of it. */
export interface Quota {
  math?: number
  code?: number
  science?: number
}

/** One part of a mix. What it does not name, it takes of any kind. */
export interface MixPart {
  /** What it is called in the account. @default what it asks for */
  name?: string
  /** At most so many rows. */
  rows: number
  domain?: Judged['domain']
  /** Names of sources: 'numina' is also 'numina:math'. */
  source?: string | string[]
  /** Least and most, 1 … 10 on the AoPS scale. A row without a difficulty does not fit. */
  difficulty?: [number, number]
  /** Least and most tokens of the whole row, counted as `MixOptions.tokens` says. */
  length?: [number, number]
}

/** What a part asked for and got. */
export interface PartAccount {
  name: string
  asked: number
  /** Rows that fit it, also those that an earlier part took. */
  fitting: number
  taken: number
}

export type TokenCount = (row: Judged) => number

/** Quotas by domain as parts; a domain without one takes all. */
export function partsOf(quota: Quota | readonly MixPart[]): MixPart[] {
  if (Array.isArray(quota)) return [...(quota as readonly MixPart[])]
  const { math, code, science } = quota as Quota
  return Object.entries({ math, code, science }).map(([domain, rows]) => ({
    name: domain,
    domain: domain as Judged['domain'],
    rows: rows ?? Number.POSITIVE_INFINITY,
  }))
}

/** Whether a row is of the kind that a part asks for. */
export function fits(row: Judged, part: MixPart, tokens: TokenCount): boolean {
  if (part.domain !== undefined && row.domain !== part.domain) return false
  if (part.source !== undefined && ![part.source].flat().some((name) => isOf(row.source, name))) return false
  if (part.difficulty !== undefined) {
    const [least, most] = part.difficulty
    if (row.difficulty === undefined || row.difficulty < least || row.difficulty > most) return false
  }
  if (part.length !== undefined) {
    const n = tokens(row)
    if (n < part.length[0] || n > part.length[1]) return false
  }
  return true
}

/** 'numina:math' and 'numina/train' are of 'numina'. */
function isOf(source: string, name: string): boolean {
  const [one, other] = [source.toLowerCase(), name.toLowerCase()]
  return one === other || (one.startsWith(other) && /^[:/@]/.test(one.slice(other.length)))
}

/** What a part is called. */
export function nameOf({ name, domain, source, difficulty, length }: MixPart): string {
  if (name !== undefined) return name
  const words = [
    source && [source].flat().join(' and '),
    domain,
    difficulty && `difficulty ${difficulty[0]} to ${difficulty[1]}`,
    length && `${length[0]} to ${length[1]} tokens`,
  ].filter(Boolean)
  return words.join(', ') || 'anything'
}

/**
 * Fills the parts in their order, each with the rows that come first in `order` and that no earlier part took. Gives
 * for each row the part that took it, and what each part got.
 */
export function fill(
  order: readonly Judged[],
  parts: readonly MixPart[],
  tokens: TokenCount,
): { taken: Map<Judged, number>; account: PartAccount[] } {
  const taken = new Map<Judged, number>()
  const account = parts.map((part, at): PartAccount => {
    let [fitting, got] = [0, 0]
    for (const row of order) {
      if (!fits(row, part, tokens)) continue
      fitting++
      if (got >= part.rows || taken.has(row)) continue
      taken.set(row, at)
      got++
    }
    return { name: nameOf(part), asked: part.rows, fitting, taken: got }
  })
  return { taken, account }
}

/** What could not be met, in words; nothing where all was. */
export function shortfalls(account: readonly PartAccount[]): string[] {
  return account
    .filter(({ asked, taken }) => Number.isFinite(asked) && taken < asked)
    .map(({ name, asked, taken, fitting }) => {
      const others = fitting > taken ? `; ${fitting - taken} more fit it and went to an earlier part` : ''
      return `${name}: ${taken} of ${asked} rows${others}`
    })
}

export function checkQuota(quota: unknown, example: string): void {
  const bad = (what: string): Stopped => new Stopped('bad-call', what, example)
  if (typeof quota !== 'object' || quota === null) throw bad(`The quota is ${JSON.stringify(quota)}.`)
  if (!Array.isArray(quota)) {
    for (const [domain, most] of Object.entries(quota)) {
      if (!['math', 'code', 'science'].includes(domain))
        throw bad(`The quota names the domain ${domain}; there are math, code and science.`)
      if (most !== undefined && !isCount(most)) throw bad(`The quota of ${domain} is ${most}, not a count.`)
    }
    return
  }
  if (quota.length === 0) throw bad('The list of parts is empty.')
  for (const [at, part] of (quota as MixPart[]).entries()) {
    const where = `Part ${at + 1} of the mix`
    if (typeof part !== 'object' || part === null) throw bad(`${where} is ${JSON.stringify(part)}.`)
    const unknown = Object.keys(part).find((key) => !KEYS.has(key))
    if (unknown) throw bad(`${where} has ${JSON.stringify(unknown)}; a part has ${[...KEYS].join(', ')}.`)
    if (!isCount(part.rows) && part.rows !== Number.POSITIVE_INFINITY)
      throw bad(`${where} asks for ${part.rows} rows, not a count.`)
    if (part.domain !== undefined && !['math', 'code', 'science'].includes(part.domain))
      throw bad(`${where} names the domain ${part.domain}; there are math, code and science.`)
    for (const name of ['difficulty', 'length'] as const) {
      const range = part[name]
      const right = range === undefined || (Array.isArray(range) && range.length === 2 && range[0] <= range[1])
      if (!right) throw bad(`${where} has the ${name} ${JSON.stringify(range)}; it is [least, most].`)
    }
  }
}

const KEYS = new Set(['name', 'rows', 'domain', 'source', 'difficulty', 'length'])
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0
