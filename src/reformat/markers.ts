// The four markers between which the recipe writes thought and solution. They are plain text, not tokens of their own.

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

/** True where a text holds any of the markers. */
export function hasMarker(text: string): boolean {
  return MARKERS.some((marker) => text.includes(marker))
}

/**
 * Thought and solution of a text that holds each marker once, in order, with something between them; a string says
 * what is wrong. Text outside the two sections is not part of either.
 */
export function readMarkers(text: string): Parts | string {
  const places: number[] = []
  for (const marker of MARKERS) {
    const first = text.indexOf(marker)
    if (first < 0) return `${marker} is missing`
    if (text.indexOf(marker, first + 1) >= 0) return `${marker} stands ${text.split(marker).length - 1} times`
    places.push(first)
  }
  const wrong = places.findIndex((place, i) => i > 0 && place < places[i - 1]!)
  if (wrong > 0) return `${MARKERS[wrong]} stands before ${MARKERS[wrong - 1]}`
  const between = (i: number): string => text.slice(places[i]! + MARKERS[i]!.length, places[i + 1]).trim()
  const thought = between(0)
  const solution = between(2)
  if (thought === '') return 'the thought is empty'
  if (solution === '') return 'the solution is empty'
  return { thought, solution }
}

/** The assistant's turn of a training row: both sections in their markers, a blank line between all parts. */
export function withMarkers({ thought, solution }: Parts): string {
  return [BEGIN_THOUGHT, thought.trim(), END_THOUGHT, BEGIN_SOLUTION, solution.trim(), END_SOLUTION].join('\n\n')
}

/** A text without any marker in it: what a model that rewrites it is given. */
export function withoutMarkers(text: string): string {
  return hasMarker(text) ? MARKERS.reduce((left, marker) => left.replaceAll(marker, ''), text).trim() : text
}
