import { describe, it } from 'vitest'
import { walk } from './walk.js'

interface Asked {
  doors: string[]
  known: Set<string>
  start: string
  wanted: number
}

const read = (prompt: string, text: string): Asked => {
  const [, start, wanted] = /room \((\d)\) and go through \((\d)\)/.exec(prompt)!
  return {
    doors: /The doors are ([\d ]+)\./.exec(text)?.[1]?.split(' ') ?? [],
    known: new Set([...prompt.matchAll(/ (\d\d)(?=[ .])/g)].map(([, door]) => door!)),
    start: start!,
    wanted: Number(wanted),
  }
}
const exist = ({ doors, known }: Asked) => doors.every((door) => known.has(door))
const joined = ({ doors }: Asked) => doors.every((door, i) => i === 0 || door[0] === doors[i - 1]![1])
const starts = ({ doors, start }: Asked) => doors[0]?.[0] === start
const counted = ({ doors, wanted }: Asked) => doors.length === wanted

const all =
  (...rules: ((asked: Asked) => boolean)[]) =>
  (prompt: string, text: string) =>
    rules.every((rule) => rule(read(prompt, text)))

describe('lesson 06', () => {
  it('06.1: a walk that the question allows', () =>
    walk('06.1', {
      right: all(exist, joined, starts, counted),
      wrong: [
        [all(joined, starts, counted), /through a wall/],
        [all(exist, starts, counted), /where the last one ended/],
        [all(exist, joined, counted), /in another room/],
        [all(exist, joined, starts), /three doors/],
        [all(exist, joined), /names no door/],
        [(prompt: string, text: string) => all(exist, joined, starts, counted)(prompt, text) && /\\boxed\{0\}/.test(text), /looks at the answer/], // biome-ignore format: one line
        [() => false, /every door is right/],
        [(prompt: string) => prompt, /true or false is asked for/],
      ],
    }))

  it('06.2: what a budget pays for', () =>
    walk('06.2', {
      right: 7200,
      wrong: [
        [7248, /In proportion/],
        [7232, /paid for whole/],
        [21_696, /seen three times/],
        [226, /Those are steps/],
        [7199, /One row beside/],
        [9000, /cost more/],
        [5000, /room for more/],
      ],
    }))
})
