// What a row says about how its outputs are to be judged: a special judge, a tolerance, letters of any case.

import type { Problem } from '../rows.js'

type Judging = Pick<Problem, 'checker' | 'needsChecker' | 'tolerance' | 'ignoreCase'>

/** Fields by which public sets mark a problem with several right outputs (TACO's list, TestEval sets, our own). */
const MARKS = ['special_judge', 'needs_special_judge', 'specialJudge', 'spj', 'needs_checker', 'needsChecker']
const INTERACTIVE = ['is_interactive', 'interactive']

/**
 * How a coding problem wants to be judged, beyond the same output.
 *
 * From fields: `checker` (source of a function, or `{ language, source }`), `special_judge` and its like,
 * `interactive`, `tolerance`, `ignore_case`. From the statement: that any right answer may be printed, that a number
 * may be off by so much, that letters may be of any case.
 */
export function judgingOf(record: Record<string, unknown>, prompt: string): Judging {
  const checker = checkerOf(record.checker)
  const mark = MARKS.find((name) => isTrue(record[name]))
  const interactive = INTERACTIVE.find((name) => isTrue(record[name]))
  const sentence = severalAnswers(prompt)
  const why =
    typeof record.needsChecker === 'string'
      ? record.needsChecker
      : mark !== undefined
        ? `the row says ${mark}`
        : interactive !== undefined || /\bthis is an interactive (?:problem|task)\b/i.test(prompt)
          ? 'the problem is interactive'
          : sentence !== undefined
            ? `the statement says: ${sentence}`
            : undefined
  const tolerance = toleranceOf(record, prompt)
  const ignoreCase = isTrue(record.ignore_case ?? record.ignoreCase) || ANY_CASE.test(prompt)
  return {
    ...(checker && { checker }),
    ...(why !== undefined && !checker && { needsChecker: why }),
    ...(tolerance !== undefined && { tolerance }),
    ...(ignoreCase && { ignoreCase }),
  }
}

const isTrue = (value: unknown): boolean => value === true || value === 1 || /^(?:true|yes|1)$/i.test(String(value))

function checkerOf(value: unknown): Problem['checker'] | undefined {
  if (typeof value === 'object' && value !== null) {
    const { language, source } = value as Record<string, unknown>
    return (language === 'javascript' || language === 'typescript' || language === 'python') &&
      typeof source === 'string'
      ? { language, source }
      : undefined
  }
  if (typeof value !== 'string') return undefined
  if (/^\s*(?:def|from|import|class)\s/m.test(value)) return { language: 'python', source: value }
  return /=>|\bfunction\b/.test(value) ? { language: 'typescript', source: value } : undefined
}

const VERB = '(?:print|output|return|find|report|display|write|construct|provide|specify)'
const ONE = '(?:valid|possible|correct|suitable|optimal|appropriate|acceptable)'
/** Sentences by which statements say that several outputs are right; measured on TACO's special-judge list. */
const SEVERAL = [
  /\bif\s+(?:there\s+(?:are|is|exists?)\s+)?(?:multiple|several|many|more than one|a few|different|various)\b[^.\n]{0,120}\bany(?:one)?\b/i,
  /\b(?:multiple|several|many|more than one)\s+(?:\w+\s+){0,3}(?:answers?|solutions?|outputs?|ways?|options?|possibilities|such)\b[^\n]{0,60}\b(?:print|output|return|find|give)\s+any\b/i,
  new RegExp(
    `\\b${VERB}\\s+(?:\\w+\\s+){0,2}any\\s+(?:one\\s+)?(?:of\\s+(?:them|these|those|the\\s+${ONE})\\b|(?:\\w+\\s+)?${ONE}\\b)`,
    'i',
  ),
  new RegExp(`\\b${VERB}\\s+any\\s+(?:\\w+\\s+){1,3}(?:that|which|satisfying|with)\\b`, 'i'),
  /[—–-]\s+any\s+(?:\w+\s+){1,3}(?:that|which|satisfying)\b/i,
  /\bany(?:one)?\s+(?:(?:valid|possible|correct|optimal|suitable)\s+)?(?:(?:one|answer|solution|output)\s+)?(?:of (?:them|these)\s+)?(?:is|are|will be|would be|can be|may be)\s+(?:accepted|fine|ok|okay|acceptable|considered correct)/i,
  /\bany(?:one)? (?:will|would) do\b/i,
  /\b(?:print|output|return|list)\b[^.\n]{0,60}\bin any order\b/i,
  /\byou (?:can|may) (?:print|output|return|give) any\b(?! (?:letter|character|case|number of))/i,
]

/** The sentence that says so, shortened; undefined where the statement asks for one output. */
export function severalAnswers(prompt: string): string | undefined {
  for (const pattern of SEVERAL) {
    const found = pattern.exec(prompt)?.[0]
    // "You can print each letter in any case (upper or lower)": one output, whatever its letters.
    if (found !== undefined && !/\bany (?:case|register)\b|\bletter/i.test(found))
      return `"${found.replace(/\s+/g, ' ').slice(0, 120)}"`
  }
  return undefined
}

/** "You can print each letter in any case", "output YES and NO in any case (upper or lower)". */
const ANY_CASE =
  /\b(?:print|output|letters?|characters?|yes|no)\b[^.\n]{0,80}\bin (?:any|arbitrary|either) (?:case|register)\b|\boutput is case[- ]insensitive\b|\bchoose the case\b[^.\n]{0,40}\beach letter\b/i

/** "absolute or relative error … 10^{-6}", in the notations of contest statements. */
const ERROR_BOUND =
  /\b(?:absolute|relative)\b[^.\n]{0,40}\berror\b[\s\S]{0,100}?(?:10\s*(?:\^|\*\*)?\s*\{?\s*[-−–]\s*(\d{1,2})\s*\}?|1e-(\d{1,2})|(0\.0*1)\b)/i
const ERROR_BOUND_LOOSE =
  /\berror\b[^.\n]{0,40}\b(?:at most|not exceed(?:ing)?|less than|smaller than|within|no more than|not more than)\b[^.\n]{0,20}?(?:10\s*(?:\^|\*\*)\s*\{?\s*[-−–]\s*(\d{1,2})\s*\}?|1e-(\d{1,2})|(0\.0*1)\b)/i

function toleranceOf(record: Record<string, unknown>, prompt: string): number | undefined {
  const given = record.tolerance ?? record.epsilon
  if (typeof given === 'number' && given > 0 && given < 1) return given
  const found = ERROR_BOUND.exec(prompt) ?? ERROR_BOUND_LOOSE.exec(prompt)
  if (!found) return undefined
  const places = found[1] ?? found[2]
  const tolerance = places !== undefined ? Number(`1e-${places}`) : Number(found[3])
  // "10^{-60}" is a typing error, and 0.1 as an error bound is real.
  return tolerance > 0 && tolerance <= 0.1 && tolerance >= 1e-12 ? tolerance : undefined
}
