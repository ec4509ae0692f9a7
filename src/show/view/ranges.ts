// What stands out in a text: loops, turns of the reasoner, final answers.

import { exactLoops, type ReflectionKind, type Repeats, reflections, repeats } from '../../repeats/index.js'

export interface Loop {
  start: number
  end: number
  /** Characters of one copy; null where it changes from copy to copy. */
  period: number | null
  count: number
}

/** Places are UTF-16 code units of the text, from left to right. */
export interface Ranges {
  loops: Loop[]
  turns: { start: number; end: number; kind: ReflectionKind }[]
  answers: { start: number; end: number }[]
  /** Start of the second copy of the first loop: from here on nothing new is said. */
  onset: number | null
}

export function rangesOf(text: string, found?: Repeats): Ranges {
  const loops = loopsOf(text, found ?? repeats(text))
  const first = loops[0]
  return {
    loops,
    turns: reflections(text),
    answers: boxes(text),
    onset: first ? Math.round(first.start + (first.period ?? (first.end - first.start) / first.count)) : null,
  }
}

function loopsOf(text: string, found: Repeats): Loop[] {
  const exact = exactLoops(text).map((run) => ({ ...run, count: (run.end - run.start) / run.period }))
  if (found.kind !== 'near-loop' || found.start === null || found.end === null) return exact
  return [{ start: found.start, end: found.end, period: null, count: found.count ?? 2 }]
}

/** Every `\boxed{…}` with its braces closed. */
function boxes(text: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = []
  for (const match of text.matchAll(/\\f?boxed\s*\{/g)) {
    let depth = 1
    let end = match.index + match[0].length
    while (end < text.length && depth > 0) {
      if (text[end] === '{') depth++
      if (text[end] === '}') depth--
      end++
    }
    if (depth === 0) found.push({ start: match.index, end })
  }
  return found
}
