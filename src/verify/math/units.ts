// Units in answers: what they measure, and how much of it.
import { table } from './table.js'

/** Dimension, and how many of the dimension's base unit as [numerator, denominator]; a litre is a length, cubed. */
interface Unit {
  dimension: string
  power: number
  n: bigint
  d: bigint
}

/** Units together: m/s² is a length by a time squared. */
export interface Amount {
  dimension: string
  n: bigint
  d: bigint
}

const UNITS = new Map<string, Unit>()
function unit(dimension: string, n: number, d: number, names: string, power = 1) {
  for (const name of names.split(' ')) UNITS.set(name, { dimension, power, n: BigInt(n), d: BigInt(d) })
}

/** Prefix → its word, and its size as [numerator, denominator]. */
const PREFIXES: Record<string, [word: string, n: number, d: number]> = {
  G: ['giga', 1e9, 1],
  M: ['mega', 1e6, 1],
  k: ['kilo', 1000, 1],
  h: ['hecto', 100, 1],
  d: ['deci', 1, 10],
  c: ['centi', 1, 100],
  m: ['milli', 1, 1000],
  µ: ['micro', 1, 1e6],
  u: ['micro', 1, 1e6],
  n: ['nano', 1, 1e9],
}

/** A unit and the prefixes with which it is met: 'km', 'kilometres'. Not all of them: pm is the afternoon. */
function metric(dimension: string, symbols: string, words: string, prefixes: string, power = 1, n = 1, d = 1) {
  unit(dimension, n, d, `${symbols} ${words}`, power)
  for (const prefix of prefixes) {
    const [word, over, under] = PREFIXES[prefix]!
    const named = words.split(' ').map((name) => `${word}${name}`)
    unit(dimension, n * over, d * under, [...symbols.split(' ').map((s) => `${prefix}${s}`), ...named].join(' '), power)
  }
}
metric('length', 'm', 'meter meters metre metres', 'kdcmµun')
unit('length', 254, 10_000, 'in inch inches')
unit('length', 3048, 10_000, 'ft foot feet')
unit('length', 9144, 10_000, 'yd yard yards')
unit('length', 1_609_344, 1000, 'mi mile miles')
metric('time', 's', 'second seconds', 'mµun')
unit('time', 1, 1, 'sec secs')
unit('time', 60, 1, 'min mins minute minutes')
unit('time', 3600, 1, 'h hr hrs hour hours')
unit('time', 86_400, 1, 'day days')
unit('time', 604_800, 1, 'week weeks')
unit('month', 1, 1, 'month months')
unit('month', 12, 1, 'year years yr yrs')
metric('mass', 'g', 'gram grams', 'kmµu')
unit('mass', 45_359_237, 100_000, 'lb lbs pound pounds')
unit('mass', 45_359_237, 1_600_000, 'oz ounce ounces')
// A litre is a cubic decimetre.
metric('length', 'l L', 'liter liters litre litres', 'dcmµu', 3, 1, 1000)
unit('length', 473_176_473, 125_000_000_000, 'gal gallon gallons', 3)
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
metric('volt', 'V', 'volt volts', 'km')
metric('ampere', 'A', 'ampere amperes amp amps', 'km')
metric('newton', 'N', 'newton newtons', 'km')
metric('joule', 'J', 'joule joules', 'GMkm')
metric('watt', 'W', 'watt watts', 'GMkm')
metric('pascal', 'Pa', 'pascal pascals', 'GMkh')
metric('hertz', 'Hz', 'hertz', 'GMk')
unit('celsius', 1, 1, 'celsius centigrade')
unit('fahrenheit', 1, 1, 'fahrenheit')
unit('kelvin', 1, 1, 'K kelvin kelvins')
metric('mole', 'mol', 'mole moles', 'km')
metric('ohm', 'Omega Ω', 'ohm ohms', 'Mk')
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
unit('length', 1, 1_000_000, '毫升', 3)
unit('length', 1, 1000, '升', 3)
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
export function readUnit(text: string): Amount | undefined {
  const known = READ.get(text)
  if (known !== undefined) return known ?? undefined
  const unit = readUnitAfresh(text)
  if (READ.size > 2000) READ.clear()
  READ.set(text, unit ?? null)
  return unit
}

const READ = new Map<string, Amount | null>()

function readUnitAfresh(text: string): Amount | undefined {
  if (text.length > 80) return undefined
  const words = (JOINED[text.trim()] ?? text)
    .replace(/\\[,;: ]/g, ' ')
    .replace(/\bper\b/g, '/')
    .replace(/平方/g, ' square ')
    .replace(/立方/g, ' cubic ')
    .replace(/每/g, '/')
    .replace(/\b(?:mph|kph|kmh|kmph|fps)\b/g, (word) => JOINED[word]!)
    .replace(/\bdegrees?\s+(?=celsius|fahrenheit)/i, '')
    .match(/[A-Za-z¥µΩ\p{Script=Han}]+|\^?\{?-?\d+\}?|\//gu)
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
  const names = parts.map(({ unit, power, under }) => `${under ? '1/' : ''}${unit.dimension}^${power * unit.power}`)
  return { dimension: names.sort().join(' '), n, d }
}
