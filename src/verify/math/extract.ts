// Where a response states its answer. Never the last number of a text: an answer that is not stated is none.

import { group } from './latex.js'

export interface Extracted {
  /** The answer as it stands in the text; several boxes of one statement are joined with commas. */
  answer?: string
  /** How it was found. */
  by: 'boxed' | 'stated' | 'marked' | 'mathematics' | 'bold' | 'whole' | 'none'
  /** The last box where several boxes were joined that are labelled as parts of the question. */
  lastPart?: string
  /** true where the text ends inside a box: it was cut off there. */
  unterminated?: boolean
}

/** How far from the end of a text its last formula may stand, in characters, and still be its answer. */
const NEAR_END = 300

/** What stands for a whole text: anything longer that holds a sentence has to state its answer. */
const MAX_BARE = 400

/** The part of a response that answers: after the thinking, where the thinking is marked. */
function afterThinking(text: string): string {
  const solution = text.lastIndexOf('<|begin_of_solution|>')
  if (solution >= 0) {
    const part = text.slice(solution + '<|begin_of_solution|>'.length)
    const end = part.indexOf('<|end_of_solution|>')
    return end >= 0 ? part.slice(0, end) : part
  }
  const thought = text.lastIndexOf('<|end_of_thought|>')
  if (thought >= 0) return text.slice(thought + '<|end_of_thought|>'.length)
  const think = text.lastIndexOf('</think>')
  if (think >= 0) {
    const rest = text.slice(think + '</think>'.length)
    if (rest.trim()) return rest
  }
  return text
}

/**
 * The final answer of a response: the last \boxed or \fbox after the thinking part (several boxes of one statement are
 * a list), else what "the final answer is", "Answer:", "####" or 答案 states, else the last formula, else a bold
 * ending, else the whole text where it is no more than an answer.
 */
export function finalAnswer(text: string): Extracted {
  // Chat templates leave their own marks at the end.
  const mark = MARKS.exec(text)
  const whole = mark ? text.slice(0, mark.index) : text
  if (thinks(whole)) return boxed(whole) ?? { by: 'none', unterminated: true }
  const part = afterThinking(whole)
  return (
    closing(part) ??
    tagged(part) ??
    boxed(part) ??
    stated(part) ??
    (part !== whole && stops(whole, part) ? boxed(whole) : undefined) ??
    structured(part) ??
    bare(part) ??
    formula(part) ??
    bold(part) ?? { by: 'none' }
  )
}

/** Whether what follows the thinking breaks off: then a box before it is all the answer there is. */
function stops(whole: string, part: string): boolean {
  const solution = whole.lastIndexOf('<|begin_of_solution|>')
  if (solution >= 0) return !whole.includes('<|end_of_solution|>', solution)
  return !/[.!?。！？\])}*$|>]\s*$/.test(part)
}

const MARKS = /<\|(?:im_start|im_end|endoftext|eot_id)\|>/

/** Whether a text ends inside its thinking: it was cut off there, and only a box can be its answer. */
function thinks(text: string): boolean {
  const think = text.lastIndexOf('<think>')
  if (think >= 0) return text.indexOf('</think>', think) < 0
  const thought = text.lastIndexOf('<|begin_of_thought|>')
  return (
    thought >= 0 && text.indexOf('<|end_of_thought|>', thought) < 0 && !text.includes('<|begin_of_solution|>', thought)
  )
}

/** <answer>…</answer>, as R1's prompt asks for it: the box in it, or all of it. */
function tagged(text: string): Extracted | undefined {
  const at = text.lastIndexOf('<answer>')
  if (at < 0) return undefined
  const rest = text.slice(at + '<answer>'.length)
  const end = rest.indexOf('</answer>')
  const inner = (end < 0 ? rest : rest.slice(0, end)).trim()
  if (inner === '') return end < 0 ? { by: 'none', unterminated: true } : undefined
  // The closing tag is a stop string of many servers, and then not in the text.
  return boxed(inner) ?? stated(inner) ?? { answer: inner, by: 'marked' }
}

/** {"answer": 7}, bare or in a fence. */
function structured(text: string): Extracted | undefined {
  const object = /^(?:```(?:json)?\s*)?(\{[\s\S]*\})(?:\s*```)?$/.exec(text.trim())
  if (!object || !/"(?:final_?)?answer"/i.test(object[1]!)) return undefined
  try {
    const value = Object.entries(JSON.parse(object[1]!)).find(([name]) => /^(?:final_?)?answer$/i.test(name))?.[1]
    if (typeof value === 'string' || typeof value === 'number') return { answer: String(value), by: 'marked' }
  } catch {
    // Something else in braces: a set, or JSON that is none.
  }
  return undefined
}

/** "The final answer is … I hope it is correct." behind the last box says more than the box. */
function closing(text: string): Extracted | undefined {
  const tail = text.slice(-600)
  if (!/I hope it is correct/i.test(tail)) return undefined
  const at = tail.toLowerCase().lastIndexOf('final answer is')
  if (at < 0 || tail.slice(at).includes('\\boxed')) return undefined
  const answer = statement(tail.slice(at + 'final answer is'.length))
  return answer === undefined ? undefined : { answer, by: 'stated' }
}

interface Box {
  start: number
  end: number
  text: string
  open: boolean
}

function boxes(text: string, from: number): Box[] {
  const found: Box[] = []
  const pattern = /\\(?:boxed|fbox)(?![a-zA-Z])\s*/g
  pattern.lastIndex = from
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const at = pattern.lastIndex
    if (text[at] === '{') {
      let depth = 0
      let end = at
      let closed = false
      for (; end < text.length; end++) {
        const c = text[end]
        if (c === '\\') end++
        else if (c === '{') depth++
        else if (c === '}' && --depth === 0) {
          closed = true
          break
        }
      }
      if (closed) {
        const inner = text.slice(at + 1, end)
        // A box in a box: the inner one is the answer.
        const nested = /\\(?:boxed|fbox)\s*\{/.test(inner) && /^\s*\\(?:boxed|fbox)/.test(inner)
        if (!nested) {
          found.push({ start: match.index, end: end + 1, text: inner, open: false })
          pattern.lastIndex = end + 1
        }
      } else {
        const line = /^[^\n]*/.exec(text.slice(at + 1))![0]
        const inner = line.replace(/\$.*$/, '')
        // Where the text goes on behind it, only the brace was forgotten.
        const open =
          text
            .slice(at + 1 + inner.length)
            .replaceAll('$', '')
            .trim() === ''
        found.push({ start: match.index, end: text.length, text: inner, open })
        break
      }
    } else {
      const one = group(text, at)
      const stop = /^\s*([^\s$\\.,]+|\\[a-zA-Z]+)/.exec(text.slice(at))
      const inner = stop?.[1] ?? one?.text
      if (inner) found.push({ start: match.index, end: at + (stop?.[0].length ?? 1), text: inner, open: false })
    }
  }
  return found
}

/** Text between two boxes of one statement: and, or, a comma, or the few words of "for part (a) and". */
function joins(between: string): boolean {
  const words = between
    .replace(/\\(?:text|mbox|textbf)\s*\{([^{}]*)\}/g, ' $1 ')
    .replace(/\\q?quad|\\[,;:! ()[\]]|[$&\s]|\\\\/g, ' ')
    .trim()
  // Boxes on lines of their own are statements of their own.
  if (words === '') return !/\n\s*\n|(?:\\\]|\$\$)\s*\n/.test(between)
  if (/^[,;、]$/.test(words)) return true
  if (words.length > 40 || /answer|final|thus|therefore|hence|\bso\b|verify|check|=>|implies|\.\s+[A-Z]/i.test(words))
    return false
  if (/^[^,]*=\s*$/.test(words) && !/(?:\band\b|\bor\b|,)/.test(words)) return false
  return /\b(?:and|or)\b|和|或/i.test(words) || /^[,;]\s*(?:[A-Za-z]\w*\s*=)?$/.test(words)
}

function boxed(text: string): Extracted | undefined {
  const last = Math.max(text.lastIndexOf('\\boxed'), text.lastIndexOf('\\fbox'))
  if (last < 0) return undefined
  // A statement of several boxes is short: only the end of the text needs to be looked at.
  const found = boxes(text, Math.max(0, last - 3000))
  if (found.length === 0) return undefined
  const joined = [found[found.length - 1]!]
  if (joined[0]!.text.trim() === '') {
    const earlier = found.filter((box) => box.text.trim() !== '')
    if (earlier.length === 0) return joined[0]!.open ? { by: 'boxed', unterminated: true } : undefined
    joined[0] = earlier[earlier.length - 1]!
  }
  for (let k = found.indexOf(joined[0]!) - 1; k >= 0; k--) {
    if (!joins(text.slice(found[k]!.end, joined[0]!.start))) break
    joined.unshift(found[k]!)
  }
  const parts = joined.map((box) => box.text.trim()).filter((part, k, all) => all.indexOf(part) === k)
  let answer = parts.join(' , ')
  const box = joined[joined.length - 1]!
  if (joined.length === 1) {
    // The name, percent sign or unit beside the box belongs to the answer.
    const after = /^\s*\$?\s*(\\?%|percent\b|pct\b)/.exec(text.slice(box.end, box.end + 16))
    if (after && !/%|percent/.test(answer)) answer += ' \\%'
  }
  const labelled =
    joined.length > 1 &&
    /\b(?:sub)?(?:problem|part|question)\s*\(?[\da-z]\b/i.test(text.slice(joined[0]!.end, box.start))
  return { answer, by: 'boxed', ...(labelled && { lastPart: box.text }), ...(box.open && { unterminated: true }) }
}

const STATEMENTS =
  /(?:final\s+answer|correct\s+answer|answer|答案|最终答案)\s*(?:(?:to\s+(?:the|this)\s+(?:question|problem)\s+)?(?:is|are|=|为|是|：|:)\s*:?|\*\*\s*:?|:\*\*|(?<=^#{1,6} {0,3}(?:final {1,3})?answer {0,3})\n)/gim
/** "The solutions are x = 1 and x = 2": only where a value follows, and not "as follows". */
const SOLUTIONS = /\bsolutions?\s+(?:is|are)\s*:?(?=[\s*]*(?:\$|\\[([]|[a-z]\s*=|[-(]?\d))/gi
/** "we get 42 as the final answer" */
const AS_ANSWER = /(?<=\s)(\$[^$\n]{1,200}\$|[^\s,]{1,80}) as (?:the|our|my) (?:final )?answer\b/gi

function stated(text: string): Extracted | undefined {
  const hash = text.lastIndexOf('####')
  if (hash >= 0) {
    const line = /^[^\n]*/.exec(text.slice(hash + 4))![0].trim()
    if (line) return { answer: line, by: 'marked' }
  }
  // Most texts are an answer alone, and say none of these words.
  if (!/answer|答案|solution/i.test(text)) return undefined
  // The last statement that states something; a text that says "the answer is" a thousand times is not read whole.
  const starts = [...text.matchAll(STATEMENTS)].map((match) => match.index + match[0].length)
  if (starts.length === 0) {
    const value = [...text.matchAll(AS_ANSWER)].pop()?.[1]
    if (value !== undefined) return { answer: value, by: 'stated' }
    const solutions = [...text.slice(-NEAR_END).matchAll(SOLUTIONS)]
    const last = solutions.map((match) => text.length - Math.min(text.length, NEAR_END) + match.index + match[0].length)
    // On the way to an answer there are solutions too: it counts as the last word only.
    starts.push(...last.filter((start) => !/\n\s*\S/.test(text.slice(start))))
  }
  for (const start of starts.slice(-20).reverse()) {
    const answer = statement(text.slice(start, start + 3000))
    if (answer !== undefined) return { answer, by: 'stated' }
  }
  return undefined
}

/** From here to the end of the statement: the first formula where it begins with one, else the sentence. */
function statement(rest: string): string | undefined {
  const start = rest.replace(
    /^(?:\s|\*\*|:|：|"|\}|(?:is|therefore|thus|then|indeed|simply|just|hence|exactly|equal to)\b,?)+/,
    '',
  )
  if (!start) return undefined
  const block = /^(?:\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|\$([^$\n]+?)\$)([^\n]*)/.exec(start)
  if (block) {
    const formula = (block[1] ?? block[2] ?? block[3] ?? block[4])!
    const tail = block[5]!
    // "$12 $ and $13 $": the list goes on behind the first formula.
    const more = /^\s*(?:,|and|or)\s*\$([^$\n]+)\$/.exec(tail)
    if (more) return sentence(start)
    const percent = /^\s*(\\?%|percent\b|pct\b)/.exec(tail)
    return percent ? `${formula} \\%` : formula
  }
  const line = sentence(start)
  if (!line) return undefined
  // "The number of points in the domain of $f(x)$ is 19"
  const ends = /\b(?:is|are|equals)\s+(?!.*\$)(\S+(?:\s*%)?)$/.exec(line)
  if (ends && line.includes('$')) return ends[1]
  // "The answer is that x equals $5$": the formula of the sentence.
  const inner = /\$([^$]+)\$[^$]*$/.exec(line)
  if (inner && line.length > inner[1]!.length + 25) return inner[1]
  // "The volume of ABC is 120"
  const is = /^(?:[A-Z][a-z]+|the|that|a|an|there)\b[\s\S]*\b(?:is|are|equals)\s+(.+)$/i.exec(line)
  if (is && line.split(/\s+/).length > 3) return is[1]!.trim()
  return line
}

function sentence(text: string): string | undefined {
  const line = text.split('\n')[0]!
  const end = /\.(?=\s+[A-Z<[(]|\s*$)|\s+I hope it is correct|<\|/.exec(line)
  const cut = (end ? line.slice(0, end.index) : line).replace(/\*\*/g, '').trim()
  return cut && cut.length <= 600 ? cut : undefined
}

/** The last formula of the text, with the percent sign behind it. */
function formula(text: string): Extracted | undefined {
  let answer: string | undefined
  const tail = text.length > 6000 ? text.slice(-6000) : text
  for (const match of tail.matchAll(
    /\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|(?<![\\$])\$(?!\$)((?:[^$\\]|\\.)+?)\$(?!\$)(\s*(?:\\?%|percent\b|pct\b))?/g,
  )) {
    const inner = (match[1] ?? match[2] ?? match[3] ?? match[4])!.trim()
    if (inner && !/^[a-zA-Z]$/.test(inner) && tail.length - (match.index + match[0].length) <= NEAR_END)
      answer = inner + (match[5] ? ' \\%' : '')
  }
  return answer === undefined ? undefined : { answer, by: 'mathematics' }
}

function bold(text: string): Extracted | undefined {
  const found = [...text.slice(-600).matchAll(/\*\*([^*\n]{1,120})\*\*/g)].pop()
  return found && !/:$|answer|step|note/i.test(found[1]!) ? { answer: found[1]!, by: 'bold' } : undefined
}

/** A text that is itself an answer: short, one line of formula or a few words. */
function bare(text: string): Extracted | undefined {
  const trimmed = text.trim()
  if (!trimmed || trimmed.length > MAX_BARE) {
    // A long formula is still one answer; prose is not.
    if (
      !trimmed ||
      trimmed.length > 100_000 ||
      /\b[a-z]{3,}\s+[a-z]{2,}\s+[a-z]{2,}/i.test(trimmed.replace(/\\[a-zA-Z]+/g, ' ')) ||
      trimmed.includes('\n\n')
    )
      return undefined
    return { answer: trimmed, by: 'whole' }
  }
  if (/^(?:yes|no|true|false)[,.;]/i.test(trimmed)) return { answer: trimmed, by: 'whole' }
  const words =
    trimmed
      .replace(/\\(?:text|mbox|mathrm|textbf|textnormal)\s*\{[^{}]*\}/g, ' ')
      .replace(/\\[a-zA-Z]+/g, ' ')
      .match(/[A-Za-z]{2,}/g) ?? []
  const formulas = /\$|\\\(|\\\[/.test(trimmed)
  if (formulas && !/^(?:\$|\\\(|\\\[)/.test(trimmed)) {
    // Prose around a formula.
    if (words.filter((word) => !/^(?:or|and)$/.test(word)).length > 1 || /^[A-Z][a-z]+[\s,]/.test(trimmed))
      return undefined
  }
  if (
    words.length > 7 ||
    (words.length > 3 && /\b(?:the|is|are|we|that|of|so|it|my)\b/i.test(trimmed.replace(/\\text\{[^}]*\}/g, '')))
  )
    return undefined
  if (/^(?:I|We|You|It|There)\s/.test(trimmed)) return undefined
  if (/\b(?:is|was|equals)\b/.test(trimmed.replace(/\\text\{[^}]*\}/g, '')) && words.length > 1) return undefined
  return { answer: trimmed, by: 'whole' }
}
