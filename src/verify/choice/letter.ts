// Which letter a response chose: the boxed one, else the stated one, else the option whose text it names.

import { finalAnswer } from '../math/extract.js'

const WRAPPED =
  /^(?:(?:[Oo]ption|[Cc]hoice|[Aa]nswer)\s+)?[\s$*`"'(\\[{]*(?:\\?(?:text|textbf|mathrm|mathbf|boxed|fbox|mbox|textit|mathit)\s*\{\s*)*[\s$*("'\\[{]*([A-J])(?:[\s$*)"'\\\]}.:,]*)$/
const FOLLOWED =
  /^[\s$*`"'(\\[{]*(?:\\?(?:text|textbf|mathrm|mathbf|mbox)\s*\{\s*)*[\s$*("'\\[{]*([A-J])[\s*]*[).:\]](?![\d*^])[\s*}]*(?:\S.*)?$/ds

/** A choice is stated near the end: no more of a text is looked through. */
const MAX_TAIL = 20_000

/** A letter with its option's text behind it is not longer. */
const MAX_LETTER = 300

/** (C) and (D), C) or D): more than one letter is no choice of one. */
const AND_ANOTHER =
  /^[A-J][\s*]*[).:\]][\s*}]*(?:,|;|&|\/|\+|and\b|or\b|和|或|与|、)\s*[\s*("'\\[{]*[A-J](?![A-Za-z0-9])/
/** \text{Option B}: the word inside the wrapping. */
const INSIDE = /^\s*\\(?:text|textbf|mathrm|mathbf|mbox)\s*\{\s*([^{}]{1,40})\}\s*$/
/** (c) as an option; (e) and (i) are numbers as well. */
const SMALL = /^(?:\\text\s*\{)?\(([a-d])\)\}?$/

/**
 * The letter that a short text is: "C", "(C)", "(c)", "\text{(C)}", "**C.**", "C) Paris"; undefined for anything else,
 * and where there is more than one.
 */
export function isLetter(text: string): string | undefined {
  if (text.length > MAX_LETTER) return undefined
  const trimmed = text.trim()
  const letter = WRAPPED.exec(trimmed)?.[1] ?? WRAPPED.exec(INSIDE.exec(trimmed)?.[1] ?? '')?.[1]
  if (letter) return letter
  const small = SMALL.exec(trimmed)?.[1]
  if (small) return small.toUpperCase()
  const followed = FOLLOWED.exec(trimmed)
  if (!followed) return undefined
  const [from] = followed.indices![1]!
  return AND_ANOTHER.test(trimmed.slice(from)) ? undefined : followed[1]
}

/** "A, C", "(B) and (C)", "both A and C" */
const SEVERAL =
  /^(?:[\s*$("'\\[{]|(?:text|textbf|mathrm|mathbf|both|options?|choices?)\b)*[A-J][\s*$)"'\]}.]*(?:,|;|&|\band\b|\bor\b|\\text\s*\{\s*,?\s*(?:and|or)\s*\})[\s*$("'\\[{]*(?:text|textbf|mathrm|mathbf)?[\s({]*[A-J](?![A-Za-z0-9])/
/** What stands behind a stated letter where another one belongs to it: "and C.", ", C and D". */
const ANOTHER =
  /^[\s*)"'$}\]]*(?:,|&|and\b|or\b|和|或|与|、)\s*(?:and\s+|or\s+)?[\s*$("'\\[{]*[A-J](?=[\s*$)"'\]}]*(?:[.,;。，]|$|and\b|or\b))/

const STATED = [
  // "answer is (C)", "Answer: C", "the correct option is C", 答案是C
  /(?:answer|choice|option|答案|选项)\s*(?:(?:is|:|：|=|为|是|should be|must be|would be)\s*)+(?:(?:definitely|clearly|therefore|thus|indeed|option|choice|letter|probably)\s+)*[\s*$"'`([{\\]*(?:text|textbf|mathrm|mathbf|boxed)?\s*\{?\s*\(?([A-J])(?![A-Za-z0-9'’])/gi,
  // 故选C
  /(?:故选|应选|选择|所以选|因此选|因此,?选|选)\s*[:：]?\s*[*$"'(（\\]*([A-J])(?![A-Za-z0-9'’])/g,
  // "I choose C", "matches option C", "(C) is correct"
  /(?:choose|pick|select|chose)\s+(?:option|choice|answer)?\s*[*$"'(]*([A-J])(?![A-Za-z0-9'’])/gi,
  /(?:^|[\s(])(?:option|choice)?\s*[*$"']*\(?([A-J])[*)"']*\s+is\s+(?:the\s+)?(?:final\s+)?(?:correct|right|true|best|answer)\b/g,
]

/**
 * The letter that a response settles on, or undefined. A box comes first, then what is stated last; the article "a"
 * is never a choice.
 *
 * @param choices the texts of the options, in the order of their letters: one that the response names is chosen
 */
export function chosenLetter(text: string, choices?: readonly string[]): string | undefined {
  const found = finalAnswer(text)
  text = text
    .slice(-MAX_TAIL)
    .replace(/\n\s*\n/g, '\n\n')
    .replace(/[ \t]{3,}/g, '  ')
  if (found.by === 'boxed' && found.answer !== undefined) {
    const letter = isLetter(found.answer)
    if (letter) return letter
    const named = choices && matching(found.answer, choices)
    if (named) return named
    if (SEVERAL.test(found.answer)) return undefined
  }
  let at = -1
  let letter: string | undefined
  for (const pattern of STATED) {
    pattern.lastIndex = 0
    for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
      const candidate = match[1]!
      // "the answer is a prime number": a small letter is an article or a word, unless it stands alone.
      const alone = /^[\s.*)"'$}\]]*(?:$|\n)/.test(text.slice(match.index + match[0].length))
      if (candidate !== candidate.toUpperCase() && !(alone && candidate !== 'a' && candidate !== 'i')) continue
      // "The answer is A beautiful …": followed by a word in the same sentence, A is an article.
      if (
        candidate === 'A' &&
        /^\s+[a-z]/.test(text.slice(match.index + match[0].length)) &&
        !/[)*"'$}]\s*$/.test(match[0])
      )
        continue
      if (match.index >= at) {
        at = match.index
        letter = ANOTHER.test(text.slice(match.index + match[0].length)) ? undefined : candidate.toUpperCase()
      }
    }
  }
  if (letter) return letter
  const whole = isLetter(text.trim()) ?? /^[b-hj]$/.exec(text.trim())?.[0].toUpperCase()
  if (whole) return whole
  const last = isLetter(text.trim().split('\n').pop()!)
  if (last) return last
  return choices && found.answer !== undefined ? matching(found.answer, choices) : undefined
}

/** The letter of the one option whose text is the answer. */
function matching(answer: string, choices: readonly string[]): string | undefined {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/\\(?:text|mathrm|textbf)\s*\{([^{}]*)\}/g, '$1')
      .replace(/[\s$\\{}().,;:*"']+/g, '')
  const wanted = plain(answer)
  if (!wanted) return undefined
  const hits = choices.flatMap((choice, k) => (plain(choice.replace(/^\s*\(?[A-J][).:]\s*/, '')) === wanted ? [k] : []))
  return hits.length === 1 ? String.fromCharCode(65 + hits[0]!) : undefined
}
