// The four markers between which the recipe writes thought and solution. They are plain text, not tokens of their own,
// so a model may write them twice, in another order, with spaces in them, or in other words.

export const BEGIN_THOUGHT = '<|begin_of_thought|>'
export const END_THOUGHT = '<|end_of_thought|>'
export const BEGIN_SOLUTION = '<|begin_of_solution|>'
export const END_SOLUTION = '<|end_of_solution|>'

/** The markers in the order in which they stand. */
export const MARKERS = [BEGIN_THOUGHT, END_THOUGHT, BEGIN_SOLUTION, END_SOLUTION] as const

export interface Parts {
  thought: string
  solution: string
}

/** What is wrong with the markers of a text. */
export interface MarkerFault {
  why: 'missing-marker' | 'misspelt-marker' | 'repeated-marker' | 'misplaced-marker' | 'empty-section'
  detail: string
}

/** True where a text holds any of the markers. */
export function hasMarker(text: string): boolean {
  return MARKERS.some((marker) => text.includes(marker))
}

/** Thought and solution of a text, or a string that says what is wrong: `findParts` without the reason's name. */
export function readMarkers(text: string): Parts | string {
  const found = findParts(text)
  return 'why' in found ? found.detail : found
}

/**
 * Thought and solution of a text that holds each marker once, in order, with something between them. Text outside the
 * two sections is part of neither. A marker counts wherever it stands, inside a code block or a sentence too: in a
 * training row it would be read as one.
 *
 * @param options.slow reads `<|begin_of_slow_thought|>` and its end as the thought's markers, where both are used: the
 *   original's reformat prompt asks for them by mistake. @default false
 */
export function findParts(text: string, { slow = false }: { slow?: boolean } = {}): Parts | MarkerFault {
  const read = slow ? unslowed(text) : text
  const counts = MARKERS.map((marker) => read.split(marker).length - 1)
  const doubled = counts.findIndex((count) => count > 1)
  if (doubled >= 0) return { why: 'repeated-marker', detail: `${MARKERS[doubled]} stands ${counts[doubled]} times` }
  const missing = MARKERS[counts.indexOf(0)]
  if (missing !== undefined) {
    const other = misspelt(read)
    return other === undefined
      ? { why: 'missing-marker', detail: `${missing} is missing` }
      : { why: 'misspelt-marker', detail: `${missing} is missing, and ${other} stands there` }
  }
  const places = MARKERS.map((marker) => read.indexOf(marker))
  const wrong = places.findIndex((place, i) => i > 0 && place < places[i - 1]!)
  if (wrong > 0) return { why: 'misplaced-marker', detail: `${MARKERS[wrong]} stands before ${MARKERS[wrong - 1]}` }
  const between = (i: number): string => read.slice(places[i]! + MARKERS[i]!.length, places[i + 1]).trim()
  const [thought, solution] = [between(0), between(2)]
  if (thought === '') return { why: 'empty-section', detail: 'the thought is empty' }
  if (solution === '') return { why: 'empty-section', detail: 'the solution is empty' }
  return { thought, solution }
}

/** The slip of the original's prompt, both of its markers or neither. */
const SLOW = ['<|begin_of_slow_thought|>', '<|end_of_slow_thought|>'] as const

function unslowed(text: string): string {
  if (text.includes(BEGIN_THOUGHT) || text.includes(END_THOUGHT)) return text
  if (!SLOW.every((marker) => text.includes(marker))) return text
  return text.replaceAll(SLOW[0], BEGIN_THOUGHT).replaceAll(SLOW[1], END_THOUGHT)
}

/** Tokens of chat templates, which are nobody's markers. */
const CHAT = /^(?:endoftext|im_start|im_end|im_sep|eot_id|start_header_id|end_header_id|begin_of_text|end_of_text)$/

/** What looks like a marker and is none of the four: `<| begin_of_thought |>`, `<begin_of_thought>`, `<|思考|>`. */
function misspelt(text: string): string | undefined {
  const left = MARKERS.reduce((rest, marker) => rest.replaceAll(marker, ' '), text)
  const piped = /(?:<|&lt;|‹|＜)\s*\\?[|｜]\s*([^<>|｜\n]{2,40}?)\s*\\?[|｜]\s*(?:>|&gt;|›|＞)/g
  for (const match of left.matchAll(piped)) if (!CHAT.test(match[1]!)) return match[0]
  const named =
    /(?:<|&lt;|\[|\*\*)\s*\/?\s*\|?\s*(?:begin|end|start)[\s_-]*(?:of)?[\s_-]*(?:slow[\s_-]*)?(?:thought|solution)s?\s*\|?\s*(?:>|&gt;|\]|\*\*)/i
  return named.exec(left)?.[0]
}

/** The assistant's turn of a training row: both sections in their markers, a blank line between all parts. */
export function withMarkers({ thought, solution }: Parts): string {
  return [BEGIN_THOUGHT, thought.trim(), END_THOUGHT, BEGIN_SOLUTION, solution.trim(), END_SOLUTION].join('\n\n')
}

/** A text without any marker in it: what a model that rewrites it is given. */
export function withoutMarkers(text: string): string {
  return hasMarker(text) ? MARKERS.reduce((left, marker) => left.replaceAll(marker, ''), text).trim() : text
}
