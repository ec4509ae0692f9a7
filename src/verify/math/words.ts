// Words in answers: numbers written out, directions, yes and no, and sets that are said.
import { table } from './table.js'
import type { Tree } from './tree.js'

const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const ORDINALS = 'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'.split(' ')
const SCALES = table<bigint>({
  dozen: 12n,
  thousand: 1000n,
  million: 1_000_000n,
  billion: 1_000_000_000n,
  trillion: 1_000_000_000_000n,
})

/** "twenty-one" → 21n, "third" → 3n, "3rd" → 3n, "2 million" → 2000000n; `undefined` where it is no number. */
export function numberWord(text: string): bigint | undefined {
  const plain = text.trim().toLowerCase()
  const ordinal = /^(\d{1,6})(st|nd|rd|th)$/.exec(plain)
  if (ordinal) return BigInt(ordinal[1]!)
  if (plain.length > 80 || !/^[a-z]+(?:[ -]+[a-z]+)*$/.test(plain)) return undefined
  const place = ORDINALS.indexOf(plain)
  if (place >= 0) return BigInt(place)
  let total = 0n
  let part = 0n
  let seen = false
  for (const word of plain.split(/[ -]+/)) {
    if (word === 'and' && seen) continue
    const small = SMALL.indexOf(word)
    const ten = TENS.indexOf(word)
    const scale = SCALES[word]
    if (small >= 0) part += BigInt(small)
    else if (ten >= 0) part += BigInt(20 + 10 * ten)
    else if (word === 'hundred' && seen) part *= 100n
    else if (scale && seen) {
      total += part * scale
      part = 0n
    } else return undefined
    seen = true
  }
  return seen ? total + part : undefined
}

const PARTS = ['', '', 'half', 'third', 'quarter', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth']

/** A number in words, fractions with it: "two thirds", "one half", "a dozen". */
export function wordValue(text: string): { n: bigint; d: bigint } | undefined {
  const whole = numberWord(text.replace(/^\s*an?\s+(?=hundred|thousand|million|billion|trillion)/i, 'one '))
  if (whole !== undefined) return { n: whole, d: 1n }
  const plain = text.trim().toLowerCase()
  if (plain.length > 60) return undefined
  const below = /^(?:minus|negative)\s+(.*)$/.exec(plain)
  if (below) {
    const value = /^(?:minus|negative|a\b)/.test(below[1]!) ? undefined : wordValue(below[1]!)
    return value && { n: -value.n, d: value.d }
  }
  const mixed = /^([a-z -]+|\d+) and (an? [a-z]+|[a-z]+[ -][a-z]+)$/.exec(plain)
  if (mixed) {
    const [head, rest] = [/^\d/.test(mixed[1]!) ? BigInt(mixed[1]!) : numberWord(mixed[1]!), wordValue(mixed[2]!)]
    return head !== undefined && rest && rest.d > 1n ? { n: head * rest.d + rest.n, d: rest.d } : undefined
  }
  if (/^(?:a |one )?dozen$/.test(plain)) return { n: 12n, d: 1n }
  const found = /^(?:([a-z-]+|\d+)[ -])?([a-z]+?)(s)?$/.exec(
    plain.replace(/halves$/, 'half').replace('fourth', 'quarter'),
  )
  if (!found) return undefined
  const under = PARTS.indexOf(found[2]!)
  if (under < 2) return undefined
  const over = !found[1] || found[1] === 'a' ? 1n : /^\d/.test(found[1]) ? BigInt(found[1]) : numberWord(found[1])
  // "third" alone is the third, not a third.
  if (over === undefined || (!found[1] && under !== 2)) return undefined
  const d = BigInt(under)
  return over > 0n && over < d ? { n: over, d } : undefined
}

/** Multiplies a number that stands before it: "2.5 million". */
export const scaleWord = (text: string): bigint | undefined => SCALES[text.trim().toLowerCase()]

const DIRECTION =
  /\b(?:left|right|north|south|east|west|up|down|upwards?|downwards?|above|below|before|after|earlier|later|clockwise|anticlockwise|counterclockwise|increase|decrease|gain|loss|profit|deficit|more|less|fewer|slower|faster)\b/gi

/** The words behind an amount that say which way it goes: north, later, profit. */
export function directions(text: string): string[] {
  return (text.match(DIRECTION) ?? []).map((word) => word.toLowerCase()).sort()
}

export const withoutDirection = (text: string): string => text.replace(DIRECTION, ' ').trim()

const TRUTH = table<string>({
  ...{ yes: 'yes', true: 'yes', no: 'no', false: 'no' },
  ...{ 是: 'yes', 否: 'no', 不是: 'no', 正确: 'yes', 对: 'yes', 错误: 'no', 错: 'no', 不正确: 'no', 不对: 'no' },
})

/** yes = true, no = false: alone, or before a comma and the reason. */
export function truth(text: string): string | undefined {
  const found =
    /^(?:\\text\w*\s*\{)?\W*?(yes|no|true|false|是|否|不是|正确|对|错误|错|不正确|不对)(?:\s*[,.;:!}]|\s*$)/i.exec(
      text.trim(),
    )
  return found ? TRUTH[found[1]!.toLowerCase()] : undefined
}

const EMPTY =
  /^(?:(?:the\s+)?(?:empty|null)\s+set|(?:there\s+(?:is|are)\s+)?no\s+(?:such\s+)?(?:(?:real|positive|natural|prime|integer)\s+)*(?:solutions?|roots?|numbers?|integers?|values?|primes?|functions?|pairs?|triples?|polynomials?)(?:\s+exists?)?|(?:there\s+(?:is|are)\s+)?none(?:\s+exists?)?|无解)$/i
const REALS =
  /^(?:x\s+(?:is|can be)\s+)?(?:the\s+set\s+of\s+)?(?:all|any|every)\s+(?:the\s+)?real(?:\s+(?:numbers?|values?))?(?:\s+x)?$/i
const WHOLE = /^(?:the\s+set\s+of\s+)?(?:all|any|every)\s+(?:the\s+)?integers?$/i

/** Sets that are said in words. */
export function setInWords(text: string): Tree | undefined {
  const plain = text.trim().replace(/[.!]$/, '')
  if (plain.length > 50) return undefined
  if (EMPTY.test(plain)) return { t: 'set', of: [] }
  if (REALS.test(plain)) return { t: 'reals', name: 'R' }
  return WHOLE.test(plain) ? { t: 'reals', name: 'Z' } : undefined
}
