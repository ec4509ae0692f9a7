// The free splitter: a raw trace to thought and solution, with no model and nothing sent.
//
// The thought is the trace itself, to the letter. The solution is what the trace ends with: the section under a "Final
// Answer" heading, else the last paragraph with a box; for a coding problem the last complete block that is a program.
// A raw trace of a coding problem often ends in usage examples, which is why the last block of all is not taken (the
// original's accuracy on APPS was about 25 % with it).
import { lastBoxed } from '../problems/index.js'
import type { Problem, Test } from '../rows.js'
import { type Fence, fences } from './fences.js'
import type { Parts } from './markers.js'

/** Where the trace ends and the visible answer begins, in models that show both. */
const THINK = /^\s*(?:<think>)?([\s\S]*?)<\/think>([\s\S]*)$/

/**
 * Splits a trace. `reasoning` is what a server kept apart from the answer; `<think>…</think>` is read the same way. A
 * string says why there is no solution in it.
 */
export function split(
  trace: { text: string; reasoning?: string },
  problem: Pick<Problem, 'kind' | 'tests' | 'language' | 'starter'>,
): Parts | string {
  const apart = trace.reasoning?.trim() ? [trace.reasoning, trace.text] : THINK.exec(trace.text)?.slice(1)
  if (apart) {
    const [thought, answer] = apart as [string, string]
    if (answer.trim() === '') return 'nothing follows the reasoning'
    if (thought.trim() === '') return 'the reasoning is empty'
    const whole = wholeAnswer(answer, problem)
    return whole === undefined ? missing(problem.kind) : { thought: thought.trim(), solution: whole }
  }
  if (/<think>/.test(trace.text)) return 'the reasoning (<think>) never ends'
  const solution = problem.kind === 'code' ? program(trace.text, problem) : finalSection(trace.text, problem.kind)
  return solution === undefined ? missing(problem.kind) : { thought: trace.text, solution }
}

function missing(kind: Problem['kind']): string {
  if (kind === 'code') return 'there is no complete code block that holds a program'
  return kind === 'choice' ? 'there is no \\boxed{…} and no letter named as the answer' : 'there is no \\boxed{…}'
}

/** A visible answer is the solution as it stands, where it holds one answer; else the part of it that does. */
function wholeAnswer(
  answer: string,
  problem: Pick<Problem, 'kind' | 'tests' | 'language' | 'starter'>,
): string | undefined {
  if (problem.kind !== 'code') return hasAnswer(answer, problem.kind) ? answer.trim() : undefined
  return fences(answer).length === 1 ? answer.trim() : program(answer, problem)
}

function hasAnswer(text: string, kind: Problem['kind']): boolean {
  return lastBoxed(text) !== undefined || (kind === 'choice' && LETTER.test(text))
}

const LETTER = /\banswer\s*(?:is|:)\s*\**\s*\(?[A-Z]\)?(?![a-zA-Z])/i

/** A line that is only a heading: "**Final Answer**", "### Final Answer", "Final Answer:", "**Final Solution:**". */
const HEADING =
  /^[ \t]*(?:#{1,6}[ \t]*)?(?:\*\*|__)?[ \t]*Final (?:Answer|Solution)[ \t]*:?[ \t]*(?:\*\*|__)?[ \t]*:?[ \t]*$/gim

/** A final section is a few paragraphs at most. */
const LONGEST = 4000

function finalSection(text: string, kind: Problem['kind']): string | undefined {
  const headings = [...text.matchAll(HEADING)]
  const last = headings.at(-1)
  if (last) {
    const section = text.slice(last.index + last[0].length).trim()
    const before = text.slice(0, last.index).trimEnd().split(PARAGRAPH).at(-1) ?? ''
    if (hasAnswer(section, kind)) return short(isBare(section) ? `${before.trim()}\n\n${section}` : section, kind)
  }
  const paragraphs = text.split(PARAGRAPH)
  let at = paragraphs.findLastIndex((paragraph) => lastBoxed(paragraph) !== undefined)
  if (at < 0 && kind === 'choice') at = paragraphs.findLastIndex((paragraph) => LETTER.test(paragraph))
  if (at < 0) return undefined
  const from = isBare(paragraphs[at]!) && at > 0 && !hasHeading(paragraphs[at - 1]!) ? at - 1 : at
  return short(paragraphs.slice(from).join('\n\n'), kind)
}

const PARAGRAPH = /\n[ \t]*\n/

/** A display formula alone says nothing: the sentence that leads to it belongs to it. */
function isBare(section: string): boolean {
  return !/[a-zA-Z]{2,}/.test(section.replace(/\\boxed\s*\{.*\}/gs, '').replace(/\\[a-zA-Z]+(\{[^{}]*\})?/g, ''))
}

/** Without the half of a code block that the cut may have left; only the answer's own line where it is still long. */
function short(section: string, kind: Problem['kind']): string | undefined {
  const marks = [...section.matchAll(/^[ \t]*```[^\n]*$/gm)]
  const odd = marks.length % 2 === 1 ? marks.at(-1)! : undefined
  const whole = odd ? section.slice(odd.index + odd[0].length).trim() : section.trim()
  if (whole.length <= LONGEST && hasAnswer(whole, kind)) return whole
  const line = section
    .split('\n')
    .findLast((one) => hasAnswer(one, kind))
    ?.trim()
  return line !== undefined && line.length <= LONGEST ? line : undefined
}

function hasHeading(paragraph: string): boolean {
  HEADING.lastIndex = 0
  return HEADING.test(paragraph)
}

/** The last block that is a program for the tests, as the only fenced block of the solution. */
function program(text: string, problem: Pick<Problem, 'tests' | 'language' | 'starter'>): string | undefined {
  const blocks = fences(text).filter((block) => isLanguage(block, problem.language ?? 'python'))
  const wanted = blocks.filter((block) => answersTests(block.code, problem))
  const chosen = wanted.at(-1) ?? blocks.filter((block) => DEFINES.test(block.code)).at(-1)
  if (chosen === undefined) return undefined
  return `\`\`\`${chosen.language || (problem.language ?? 'python')}\n${chosen.code}\n\`\`\``
}

const DEFINES = /^\s*(?:async\s+)?(?:def|class|function|export|const|let|var|import|from)\b/m

const READS = {
  python: /\binput\s*\(|\bsys\.stdin\b|\bopen\s*\(\s*0|\bstdin\b/,
  javascript: /\bstdin\b|readFileSync|\breadline\b|\bprompt\s*\(|\binput\b/,
  typescript: /\bstdin\b|readFileSync|\breadline\b|\bprompt\s*\(|\binput\b/,
}

const WRITTEN_AS: Record<string, RegExp> = {
  python: /^(?:|py|python|python3|py3)$/,
  javascript: /^(?:|js|javascript|node|jsx|mjs)$/,
  typescript: /^(?:|ts|typescript|js|javascript)$/,
}

function isLanguage(block: Fence, language: NonNullable<Problem['language']>): boolean {
  return WRITTEN_AS[language]!.test(block.language)
}

/** Reads standard input where the tests give one; defines the function that the tests call. */
function answersTests(
  code: string,
  { tests, language = 'python', starter }: Pick<Problem, 'tests' | 'language' | 'starter'>,
): boolean {
  const name = functionName(tests, starter)
  if (name !== undefined)
    return new RegExp(`\\b(?:def|function|const|let|var)\\s+${name}\\b|\\b${name}\\s*[=:(].*[{:>]\\s*$`, 'm').test(code)
  return tests?.some((test) => 'stdin' in test) ? READS[language].test(code) : DEFINES.test(code)
}

function functionName(tests: Test[] | undefined, starter: string | undefined): string | undefined {
  const test = tests?.find((one) => 'fn' in one)
  const name = test?.fn ?? /\b(?:def|function)\s+(\w+)/.exec(starter ?? '')?.[1]
  return name
    ?.split('.')
    .at(-1)
    ?.replace(/[^\w$]/g, '')
    .replaceAll('$', '\\$')
}
