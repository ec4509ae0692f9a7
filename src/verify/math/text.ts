// Answers in words, and answers as strings where nothing else can be read in them.

import { table } from './table.js'
import { numberWord, truth } from './words.js'

/** Whether two phrases say the same: case, articles, punctuation and spacing aside. A single letter keeps its case. */
export function sameText(a: string, b: string): boolean {
  const left = phrase(a)
  const right = phrase(b)
  if (left === right) return left !== ''
  if (/^[\0-\x7f]$/.test(left) || /^[\0-\x7f]$/.test(right)) return false
  const x = left.toLowerCase()
  const y = right.toLowerCase()
  if (x === y) return true
  const words = numberWord(x)
  if (words !== undefined && words === numberWord(y)) return true
  if (said(x) === said(y)) return true
  const stated = truth(a)
  return stated !== undefined && stated === truth(b)
}

const DAYS = 'monday tuesday wednesday thursday friday saturday sunday'.split(' ')

/** One thing said in several ways. */
const SAYINGS: [string, RegExp][] = [
  [
    'does not exist',
    /^(?:dne|do(?:es)? not exist|(?:is )?undefined|(?:is )?not defined|has no limit|no limit(?: exists)?)$/,
  ],
  ['converges', /^(?:is )?converge(?:s|nt|nce)?$/],
  ['diverges', /^(?:is )?diverge(?:s|nt|nce)?$/],
  ['impossible', /^(?:(?:this|that|it) )?(?:is )?(?:impossible|not possible|cannot be done|can not be done)$/],
]

const CHINESE = table<string>({ 偶数: 'even', 奇数: 'odd', 不存在: 'does not exist', 质数: 'prime', 合数: 'composite' })

/** 星期三, 周三, 礼拜三 */
function dayInChinese(text: string): string | undefined {
  const found = /^(?:星期|周|礼拜)([一二三四五六日天])$/.exec(text)
  return found ? DAYS['一二三四五六日'.indexOf(found[1]!.replace('天', '日'))] : undefined
}

/** A day by its short name, "does not exist" by its initials, without the preposition before it. */
function said(text: string): string {
  const plain = text
    .replace(/^(?:on|at|in|by|all|every) /, '')
    .replace(/^(?:series|sequence|integral|limit|sum|it) (?=converge|diverge|does not exist|is undefined)/, '')
    .replace(/^(prime|composite|odd|even|rational|irrational|natural|whole|real)(?: number)?s?$/, '$1')
  const alike = SAYINGS.find(([, pattern]) => pattern.test(plain))
  if (alike) return alike[0]
  const chinese = CHINESE[plain] ?? dayInChinese(plain)
  if (chinese) return chinese
  const day = plain.length >= 3 && DAYS.find((name) => name.startsWith(plain.replace(/(?<=^tue|^thur)s$/, '')))
  return day || plain
}

function phrase(text: string): string {
  return text
    .replace(/\\text\w*\s*\{([^{}]*)\}/g, '$1')
    .replace(/[\\{}$"'`.!?,:;*]/g, ' ')
    .replace(/\b(?:the|an)\b|^\s*a(?= [a-z]{3})/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^\(([^()]*)\)$/, '$1')
    .trim()
}

const SAME_COMMAND = table<string>({
  '\\lnot': '\\neg',
  '\\land': '\\wedge',
  '\\lor': '\\vee',
  '\\to': '\\rightarrow',
  '\\implies': '\\Rightarrow',
  '\\iff': '\\Leftrightarrow',
})

/** LaTeX with what never matters taken off, for comparing as a string. */
export function normalText(source: string): string {
  return source
    .replace(/\\(?:left|right|big|Big|bigg|Bigg|displaystyle|[,;:! ]|q?quad)(?![a-zA-Z])/g, '')
    .replace(/\\[dtc]frac/g, '\\frac')
    .replace(/\\(?:text|mathrm|mbox|textbf|mathbf|textit|textnormal|operatorname)\s*\{([^{}]*)\}/g, '$1')
    .replace(/\\(?:dots|ldots|cdots)/g, '...')
    .replace(/\\leq(?![a-z])/g, '\\le')
    .replace(/\\geq(?![a-z])/g, '\\ge')
    .replace(/\\neq(?![a-z])/g, '\\ne')
    .replace(/\\(?:lnot|land|lor|to|implies|iff)(?![a-z])/g, (command) => SAME_COMMAND[command]!)
    .replace(/\$|~/g, ' ')
    .replace(/\s+(?![\w.])|(?<![\w.])\s+/g, '')
    .replace(/\s+/g, ' ')
    .replace(/(?<=[\^_}]|[a-z]{2})\{(\w)\}/g, '$1')
}
