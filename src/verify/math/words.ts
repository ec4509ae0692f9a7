// Words in answers: numbers written out, units with their scale, and words that only decorate.

const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const ORDINALS = 'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'.split(' ')
const SCALES: Record<string, bigint> = {
  thousand: 1000n,
  million: 1_000_000n,
  billion: 1_000_000_000n,
  trillion: 1_000_000_000_000n,
}

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
unit('rupee', 1, 1, 'rupee rupees')
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

const POWERS: Record<string, number> = { square: 2, sq: 2, squared: 2, cubic: 3, cu: 3, cubed: 3 }

/** A unit as written → dimension with power, and scale; `undefined` where it holds a word that is no unit. */
export function readUnit(text: string): Unit | undefined {
  const words = text
    .replace(/\bper\b/g, '/')
    .replace(/\bdegrees?\s+(?=celsius|fahrenheit)/i, '')
    .match(/[A-Za-z]+|\^?\{?-?\d+\}?|\//g)
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
      if (!last || Number(exponent) < 1 || Number(exponent) > 6) return undefined
      last.power = Number(exponent)
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

const TRUTH: Record<string, string> = { yes: 'yes', true: 'yes', no: 'no', false: 'no' }
/** yes = true, no = false. */
export const truth = (text: string): string | undefined => TRUTH[text]
