// Words by which a reasoner turns round, and passages in which it plays a computer.

import { takesText } from '../taken.js'
import { prose } from './prose.js'

/** Doubt ("Wait"), a check ("Let me verify"), another way ("Alternatively", "perhaps"). */
export type ReflectionKind = 'doubt' | 'check' | 'alternative'

export interface Reflection {
  kind: ReflectionKind
  /** Where the words stand, in UTF-16 code units. */
  start: number
  end: number
}

const PATTERNS: Record<ReflectionKind, string> = {
  doubt: [
    'wait',
    'hold on',
    'hmm+',
    'oops',
    'actually,? no',
    "(?:that|this|it)(?:'s| is| can't be| cannot be| doesn't seem| does not seem) (?:not )?(?:in)?(?:right|correct|wrong|impossible)",
    "i(?:'m| am) (?:not (?:so )?sure|confused|stuck|going in circles|getting confused|overcomplicating|misunderstanding)",
    "(?:made|making|there(?:'s| is| must be)) (?:a|an|some) (?:mistake|error)",
    '(?:getting|becoming|is|seems) too (?:complicated|vague|messy)',
    "(?:this|that) (?:doesn't|does not|didn't) (?:make sense|help|work)",
    'not helpful',
  ].join('|'),
  check: [
    "(?:let me|let us|let's|i(?:'ll| will| should| need to| can)|to|we can) (?:quickly )?(?:double[- ]?check|re-?check|check|verify|confirm|make sure|re-?examine|re-?calculate|re-?read|sanity[- ]check)",
    'double[- ]checking',
    'just to be sure',
    'looking back',
    'going back to',
  ].join('|'),
  alternative: [
    'alternatively',
    'another (?:approach|way|idea|method|possibility)',
    'a different (?:approach|way|method)',
    "let(?:'s| me| us) (?:try|think|look)(?: \\w+){0,3} (?:again|another|different|differently|from scratch)",
    "let(?:'s| me| us) start over",
    'perhaps',
    'maybe',
    'on second thought',
  ].join('|'),
}
const CHINESE: Record<ReflectionKind, string> = {
  doubt: '等等|等一下|不对|嗯|好像不|有问题|搞错|算错|似乎不',
  check: '检查一下|验证一下|再检查|再确认|再算一遍|重新检查|确认一下',
  alternative: '另外一种|另一种|换一种|换个|或者|也许|可能是|重新考虑|再想',
}
const KINDS = Object.keys(PATTERNS) as ReflectionKind[]
const REFLECTIONS = new RegExp(
  KINDS.map((kind) => `(?<${kind}>\\b(?:${PATTERNS[kind]})\\b|${CHINESE[kind]})`).join('|'),
  'gi',
)

/** Every reflection of a text, from left to right. Words inside fenced code do not count. */
export function reflections(text: string): Reflection[] {
  const bare = text.replace(/```[\s\S]*?(?:```|$)/g, (code) => ' '.repeat(code.length))
  return [...bare.matchAll(REFLECTIONS)].map((match) => ({
    kind: KINDS.find((kind) => match.groups?.[kind] !== undefined)!,
    start: match.index,
    end: match.index + match[0].length,
  }))
}

/**
 * What a paragraph does: `walk-through` plays a test input or some code step by step in the head,
 * `derivation` goes from one statement to the next.
 */
export interface Passage {
  kind: 'walk-through' | 'derivation'
  /** From the first paragraph to the end of the last, in UTF-16 code units. */
  start: number
  end: number
}

export interface Markers {
  /** Words of prose, formulas and code left out. */
  words: number
  reflections: Reflection[]
  /** Reflections in a thousand words of prose, by kind; 0 where there are no words. */
  perThousand: Record<ReflectionKind, number>
  /** Neighbouring paragraphs of one kind are one passage; paragraphs of neither kind are in none. */
  passages: Passage[]
  /** Shares of all characters, 0 … 1. */
  walkThrough: number
  derivation: number
}

/**
 * Signs of a paragraph that plays an input or a program, each worth its points. Mathematics also says "for k = 1" and
 * "for example", so no sign that it shares is enough alone.
 */
const WALK: [RegExp, number][] = [
  [
    /\b(?:trac(?:e|ing)|walk(?:ing)?|step(?:ping)?|run(?:ning)?|go(?:ing)?|work(?:ing)?) through (?:the |this |an? |some |each |my )?(?:\w+ ){0,2}(?:code|samples?|examples?|input|tests?|loop|function|program|cases?|list|array|string|iterations?)\b/i,
    3,
  ],
  [
    /\b(?:dry[- ]run|simulat(?:e|es|ing) (?:the |this |my )?(?:code|loop|program|function|process|algorithm|queue|stack))\b/i,
    3,
  ],
  [/\b(?:try|check|test|do|take|verify)\b[^.:\n]{0,30}\b(?:samples?|examples?)\b/i, 2],
  [/\b(?:with|on|for|through) the (?:sample|example)\b/i, 1],
  [/\b(?:trac(?:e|ing)|walk(?:ing)?|step(?:ping)?|run(?:ning)?|go(?:ing)?) through [["'\d]/i, 3],
  // A case and what becomes of it: "n = 3, k = 1: mid = 2".
  [/\b[a-z]\w* = -?\d+(?:, [a-z]\w* = -?\d+)*: [^\n]*\b[a-z]\w*(?:,| =)? -?\d/i, 1],
  [/(?:\b[a-z_]\w* ?(?:=|->) ?-?\d+\b[\s\S]{0,80}?){4}/i, 2],
  [/\bby hand\b/i, 1],
  [/\b(?:sample|test|example) (?:input|output|case)s?(?: \d)?\b|\b(?:sample|example) \d\b/i, 2],
  [
    /\bthe (?:code|function|program|loop|script|algorithm) (?:would|will|should|returns?|prints?|outputs?|gives?)\b/i,
    2,
  ],
  [/\b(?:input|output|expected(?: output)?|stdin|stdout|prints?)\s*(?::|=|→|->)/i, 1],
  [/\b(?:returns?|prints?|outputs?)\b/i, 1],
  [/\biteration \d+\b/i, 1],
  [/\b(?:when|for|at|if|with) (?:i|j|idx|index|left|right) ?(?:=|is) ?\d/i, 1],
  [
    /\b(?:idx|index|left|right|low|high|mid|start|count|total|curr?|current|prev|stack|queue|dp|seen|best|result|answer|ans|res)(?:\[[^\]\n]{1,20}\])? ?(?:=|becomes|is now|->|→|:) ?(?:[-\d["'([{]|true|false|none)/i,
    2,
  ],
  [/[=:] ?\[ ?(?:-?\d+|"[^"]*"|'[^']*')(?:, ?(?:-?\d+|"[^"]*"|'[^']*'))+ ?\]/, 1],
  [/\b(?:push|pop|append|enqueue|dequeue|swap)(?:s|ped|ed|ing)?\b/i, 1],
  [/\b(?:matches|equals|gives) the (?:expected|sample|given|example)\b/i, 2],
]
/** Formulas of this many make a paragraph mathematics, whatever it says of examples. */
const FORMULAS = /\\\(|\\\[|\$[^$\n]+\$|\\frac|\\sqrt|\^\{/g
const MATHEMATICS = 3
/** Signs of a paragraph that derives. */
const DERIVE: [RegExp, number][] = [
  [
    /\b(?:therefore|thus|hence|so,|it follows|which (?:means|implies|gives)|implies|since|because|we (?:get|have|obtain|know)|substitut\w+|simplif\w+|factor\w*|solv(?:e|ing)|equation|let \w+ (?:be|=)|rearrang\w+|expand\w*|theorem|formula|identity|both sides|derivative|integral)\b/gi,
    1,
  ],
  [/\\\[|\\\(|\$[^$\n]+\$|\\frac|\\sqrt|\\implies/g, 1],
  [/[\w)}²³] ?[=<>≤≥≡] ?[-\w({√]/g, 0.5],
]
/** Points from which a paragraph counts. */
const ENOUGH = { walk: 3, derive: 2 }

/**
 * Finds by position what a reasoner does: reflections ("Wait", "Alternatively", "Let me double check"),
 * passages that walk through a test input or run code in the head, and passages that derive.
 *
 * The Sky-T1 report gives the second against the third as its reason why training on maths and on code
 * disturb each other. The rules read surface words (English, reflections also in Chinese); how often they
 * are right on paragraphs that a person read is measured by `npm run bench -- repeats`.
 *
 * @example markers('So x = 2. Wait, let me check that.').reflections.map((one) => one.kind) // ['doubt', 'check']
 */
export function markers(text: string): Markers {
  takesText('markers', text, 'markers(row.text)')
  const found = reflections(text)
  const words = prose(text).ids.length
  const per = (kind: ReflectionKind) =>
    words === 0 ? 0 : (1000 * found.filter((one) => one.kind === kind).length) / words
  const passages = passagesOf(text)
  const share = (kind: Passage['kind']) =>
    text === ''
      ? 0
      : passages.reduce((sum, one) => sum + (one.kind === kind ? one.end - one.start : 0), 0) / text.length
  return {
    words,
    reflections: found,
    perThousand: { doubt: per('doubt'), check: per('check'), alternative: per('alternative') },
    passages,
    walkThrough: share('walk-through'),
    derivation: share('derivation'),
  }
}

function passagesOf(text: string): Passage[] {
  const passages: Passage[] = []
  for (const { start, end } of paragraphs(text)) {
    const kind = kindOf(text.slice(start, end))
    if (!kind) continue
    const last = passages.at(-1)
    if (last?.kind === kind && text.slice(last.end, start).trim() === '') last.end = end
    else passages.push({ kind, start, end })
  }
  return passages
}

/** Paragraphs as written; fenced code is none. */
function paragraphs(text: string): { start: number; end: number }[] {
  const bare = text.replace(/```[\s\S]*?(?:```|$)/g, (code) => '\n'.repeat(code.length))
  return [...bare.matchAll(/\S(?:(?!\n\s*\n)[\s\S])*/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].trimEnd().length,
  }))
}

/** The kind of one paragraph, or undefined where it is neither. */
export function kindOf(paragraph: string): Passage['kind'] | undefined {
  const walk = WALK.reduce((sum, [sign, points]) => sum + (sign.test(paragraph) ? points : 0), 0)
  const formulas = paragraph.match(FORMULAS)?.length ?? 0
  if (walk >= ENOUGH.walk && formulas < MATHEMATICS) return 'walk-through'
  const derive = DERIVE.reduce((sum, [sign, points]) => sum + points * (paragraph.match(sign)?.length ?? 0), 0)
  return derive >= ENOUGH.derive ? 'derivation' : undefined
}
