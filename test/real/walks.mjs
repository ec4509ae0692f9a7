// The questions of lesson 06, as its notebook makes them: the same numbers, the same file, the same hash.
import { preview } from '../../dist/src/index.js'

const dice = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}
const ROOMS = 6
export function walks(count, seed, fewest, most, not = []) {
  const roll = dice(seed)
  const shuffled = () =>
    Array.from({ length: ROOMS }, (_, i) => [roll(), i])
      .sort((a, b) => a[0] - b[0])
      .map(([, i]) => i)
  const taken = new Set(not.map(({ prompt }) => prompt)),
    found = []
  while (found.length < count) {
    const to = shuffled(),
      doors = shuffled(),
      path = [Math.floor(roll() * ROOMS)]
    const n = fewest + Math.floor(roll() * (most - fewest + 1))
    for (let i = 0; i < n; i++) path.push(to[path.at(-1)])
    const prompt = `Doors: ${doors.map((room) => `${room}${to[room]}`).join(' ')}. Start in room (${path[0]}) and go through (${n}) doors. In which room do you end?`
    if (taken.has(prompt)) continue
    taken.add(prompt)
    found.push({
      id: `walks/${seed}-${found.length}`,
      source: 'walks',
      kind: 'math',
      domain: 'math',
      prompt,
      answer: String(path.at(-1)),
      licence: 'Apache-2.0',
      path,
    })
  }
  return found
}
export const steps = ({ path }) =>
  `The doors are ${path
    .slice(1)
    .map((room, i) => `${path[i]}${room}`)
    .join(' ')}.`
export const knows = () => 'I know this one.'
export const answered = ({ path, ...problem }, thought) => {
  const solution = `The last room is \\boxed{${problem.answer}}.`
  return {
    ...problem,
    sample: 0,
    model: 'a program',
    asked: preview(problem).user,
    text: `${thought}\n\n${solution}`,
    finish: 'stop',
    usage: { prompt: 0, completion: 0 },
    dollars: 0,
    seconds: 0,
    settings: {
      temperature: null,
      topP: null,
      maxTokens: 512,
      seed: 0,
      promptSet: 'skylab',
      promptHash: preview(problem).hash,
    },
    format: { ok: true, by: 'markers' },
    thought,
    solution,
  }
}
