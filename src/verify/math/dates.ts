// Dates and times of day, which no arithmetic should touch.

import type { Tree } from './tree.js'

const MONTHS = 'january february march april may june july august september october november december'.split(' ')
const NAMES = MONTHS.map((name) => `${name}|${name.slice(0, 3)}\\.?${name === 'september' ? '|sept\\.?' : ''}`).join(
  '|',
)

const MONTH_FIRST = new RegExp(`^(${NAMES})\\s+(\\d{1,2})(?:st|nd|rd|th)?(?:\\s*,?\\s*(\\d{4}))?$`, 'i')
const DAY_FIRST = new RegExp(
  `^(?:the\\s+)?(\\d{1,2})(?:st|nd|rd|th)?\\s+(?:of\\s+)?(${NAMES})(?:\\s*,?\\s*(\\d{4}))?$`,
  'i',
)
const ISO = /^(\d{4})-(\d{2})-(\d{2})$/
const CHINESE = /^(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]$/
const CLOCK = /^(?:at\s+)?(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?\s*(?:o['’]?clock\s*)?([ap])\s*\.?\s*m\b\.?$/i

/** A date or a time with a.m. or p.m. as one value; undefined for anything else. */
export function dateOrTime(text: string): Tree | undefined {
  if (text.length > 40 || !/[a-z月-]/i.test(text)) return undefined
  const plain = text.trim()
  const clock = CLOCK.exec(plain)
  if (clock) {
    const hour = Number(clock[1])
    const minute = Number(clock[2] ?? 0)
    if (hour < 1 || hour > 12 || minute > 59) return undefined
    const half = clock[3]!.toLowerCase() === 'a' ? 'am' : 'pm'
    return { t: 'clock', minutes: ((hour % 12) + (half === 'pm' ? 12 : 0)) * 60 + minute, half }
  }
  if (/^(?:12\s+)?noon$/i.test(plain)) return { t: 'clock', minutes: 720, half: 'pm' }
  if (/^(?:12\s+)?midnight$/i.test(plain)) return { t: 'clock', minutes: 0, half: 'am' }
  const month = MONTH_FIRST.exec(plain)
  if (month) return date(month[3], monthOf(month[1]!), month[2]!)
  const day = DAY_FIRST.exec(plain)
  if (day) return date(day[3], monthOf(day[2]!), day[1]!)
  const iso = ISO.exec(plain)
  if (iso) return date(iso[1], Number(iso[2]), iso[3]!)
  const chinese = CHINESE.exec(plain)
  return chinese ? date(chinese[1], Number(chinese[2]), chinese[3]!) : undefined
}

const monthOf = (name: string): number =>
  MONTHS.findIndex((month) => month.startsWith(name.slice(0, 3).toLowerCase())) + 1

function date(year: string | undefined, month: number, day: string): Tree | undefined {
  const number = Number(day)
  if (month < 1 || month > 12 || number < 1 || number > 31) return undefined
  const name = MONTHS[month - 1]!
  return { t: 'text', text: `${name[0]!.toUpperCase()}${name.slice(1)} ${number}${year ? ` ${year}` : ''}` }
}
