// Words in answers: numbers written out, units with their scale, and words that only decorate.
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

/** Dimension, and how many of the dimension's base unit as [numerator, denominator]. */
interface Unit {
  dimension: string
  n: bigint
  d: bigint
}

const UNITS = new Map<string, Unit>()
function unit(dimension: string, n: number, d: number, names: string) {
  for (const name of names.split(' ')) UNITS.set(name, { dimension, n: BigInt(n), d: BigInt(d) })
}
unit('length', 1, 1000, 'mm millimeter millimeters millimetre millimetres')
unit('length', 1, 100, 'cm centimeter centimeters centimetre centimetres')
unit('length', 1, 10, 'dm decimeter decimeters decimetre decimetres')
unit('length', 1, 1, 'm meter meters metre metres')
unit('length', 1000, 1, 'km kilometer kilometers kilometre kilometres')
unit('length', 254, 10_000, 'in inch inches')
unit('length', 3048, 10_000, 'ft foot feet')
unit('length', 9144, 10_000, 'yd yard yards')
unit('length', 1_609_344, 1000, 'mi mile miles')
unit('time', 1, 1, 's sec secs second seconds')
unit('time', 60, 1, 'min mins minute minutes')
unit('time', 3600, 1, 'h hr hrs hour hours')
unit('time', 86_400, 1, 'day days')
unit('time', 604_800, 1, 'week weeks')
unit('month', 1, 1, 'month months')
unit('month', 12, 1, 'year years yr yrs')
unit('mass', 1, 1000, 'mg milligram milligrams')
unit('mass', 1, 1, 'g gram grams')
unit('mass', 1000, 1, 'kg kilogram kilograms')
unit('mass', 45_359_237, 100_000, 'lb lbs pound pounds')
unit('volume', 1, 1000, 'ml mL milliliter milliliters millilitre millilitres')
unit('volume', 1, 1, 'l L liter liters litre litres')
unit('volume', 473_176_473, 125_000_000, 'gal gallon gallons')
unit('money', 1, 1, 'dollar dollars usd USD bucks')
unit('money', 1, 100, 'cent cents')
unit('euro', 1, 1, 'euro euros eur EUR')
unit('rupee', 1, 1, 'rupee rupees INR')
unit('pound sterling', 1, 1, 'GBP quid')
unit('pound sterling', 1, 100, 'pence penny')
unit('yen', 1, 1, 'yen JPY 日元')
unit('yuan', 1, 1, 'yuan CNY RMB 元 圆 人民币')
unit('¥', 1, 1, '¥')
unit('won', 1, 1, 'won KRW')
unit('angle', 1, 1, 'degree degrees deg')
unit('radian', 1, 1, 'rad radian radians')
unit('volt', 1, 1, 'V volt volts')
unit('ampere', 1, 1, 'A ampere amperes amp amps')
unit('newton', 1, 1, 'N newton newtons')
unit('joule', 1, 1, 'J joule joules')
unit('joule', 1000, 1, 'kJ kilojoule kilojoules')
unit('watt', 1, 1, 'W watt watts')
unit('watt', 1000, 1, 'kW kilowatt kilowatts')
unit('pascal', 1, 1, 'Pa pascal pascals')
unit('hertz', 1, 1, 'Hz hertz')
unit('celsius', 1, 1, 'celsius centigrade')
unit('fahrenheit', 1, 1, 'fahrenheit')
unit('kelvin', 1, 1, 'K kelvin kelvins')
unit('mole', 1, 1, 'mol mole moles')
unit('ohm', 1, 1, 'ohm ohms')
// In Chinese, where 平方 and 立方 stand before the length.
unit('length', 1, 1000, '毫米')
unit('length', 1, 100, '厘米')
unit('length', 1, 10, '分米')
unit('length', 1, 1, '米')
unit('length', 1000, 1, '千米 公里')
unit('time', 1, 1, '秒 秒钟')
unit('time', 60, 1, '分钟')
unit('time', 3600, 1, '小时 个小时')
unit('time', 86_400, 1, '天 日')
unit('time', 604_800, 1, '周 星期')
unit('month', 1, 1, '月 个月')
unit('month', 12, 1, '年')
unit('mass', 1, 1000, '毫克')
unit('mass', 1, 1, '克')
unit('mass', 1000, 1, '千克 公斤')
unit('mass', 1_000_000, 1, '吨')
unit('volume', 1, 1000, '毫升')
unit('volume', 1, 1, '升')
unit('money', 1, 1, '美元')
unit('euro', 1, 1, '欧元')
unit('angle', 1, 1, '度')

/** Units that are two units. */
const JOINED = table<string>({
  mph: 'mile/hour',
  kph: 'km/hour',
  kmh: 'km/hour',
  kmph: 'km/hour',
  fps: 'foot/second',
  'pound sterling': 'GBP',
})

const POWERS = table<number>({ square: 2, sq: 2, squared: 2, cubic: 3, cu: 3, cubed: 3 })

/** A unit as written → dimension with power, and scale; `undefined` where it holds a word that is no unit. */
export function readUnit(text: string): Unit | undefined {
  const known = READ.get(text)
  if (known !== undefined) return known ?? undefined
  const unit = readUnitAfresh(text)
  if (READ.size > 2000) READ.clear()
  READ.set(text, unit ?? null)
  return unit
}

const READ = new Map<string, Unit | null>()

function readUnitAfresh(text: string): Unit | undefined {
  if (text.length > 80) return undefined
  const words = (JOINED[text.trim()] ?? text)
    .replace(/\\[,;: ]/g, ' ')
    .replace(/\bper\b/g, '/')
    .replace(/平方/g, ' square ')
    .replace(/立方/g, ' cubic ')
    .replace(/每/g, '/')
    .replace(/\b(?:mph|kph|kmh|kmph|fps)\b/g, (word) => JOINED[word]!)
    .replace(/\bdegrees?\s+(?=celsius|fahrenheit)/i, '')
    .match(/[A-Za-z¥\p{Script=Han}]+|\^?\{?-?\d+\}?|\//gu)
  if (!words) return undefined
  const parts: { unit: Unit; power: number; under: boolean }[] = []
  let under = false
  let pending = 1
  for (const word of words) {
    const exponent = /^\^?\{?(-?\d+)/.exec(word)?.[1] ?? (/ed$/.test(word) ? POWERS[word.toLowerCase()] : undefined)
    const power = POWERS[word.toLowerCase()]
    if (word === '/') under = true
    else if (exponent !== undefined) {
      const last = parts[parts.length - 1]
      const size = Math.abs(Number(exponent))
      if (!last || size < 1 || size > 6) return undefined
      last.power = size
      if (String(exponent).startsWith('-')) last.under = !last.under
    } else if (power !== undefined) pending = power
    else {
      const unit = UNITS.get(word) ?? UNITS.get(word.toLowerCase())
      if (!unit) return undefined
      parts.push({ unit, power: pending, under })
      pending = 1
    }
  }
  if (parts.length === 0) return undefined
  let n = 1n
  let d = 1n
  for (const part of parts) {
    const scale = BigInt(part.power)
    n *= (part.under ? part.unit.d : part.unit.n) ** scale
    d *= (part.under ? part.unit.n : part.unit.d) ** scale
  }
  const names = parts.map((part) => `${part.under ? '1/' : ''}${part.unit.dimension}^${part.power}`)
  return { dimension: names.sort().join(' '), n, d }
}

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
