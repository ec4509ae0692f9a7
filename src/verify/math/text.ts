// Answers in words, and answers as strings where nothing else can be read in them.

import { numberWord, truth } from './words.js'

/** Whether two phrases say the same: case, articles, punctuation and spacing aside. A single letter keeps its case. */
export function sameText(a: string, b: string): boolean {
  const left = phrase(a)
  const right = phrase(b)
  if (left === right) return left !== ''
  if (left.length === 1 || right.length === 1) return false
  const x = left.toLowerCase()
  const y = right.toLowerCase()
  if (x === y) return true
  const words = numberWord(x)
  if (words !== undefined && words === numberWord(y)) return true
  return truth(x) !== undefined && truth(x) === truth(y)
}

function phrase(text: string): string {
  return text
    .replace(/\\text\w*\s*\{([^{}]*)\}/g, '$1')
    .replace(/[\\{}$"'`.!?,:;*]/g, ' ')
    .replace(/\b(?:the|an)\b/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^\(([^()]*)\)$/, '$1')
    .trim()
}

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
    .replace(/\$|~|\s/g, '')
    .replace(/\{(\w)\}/g, '$1')
}
