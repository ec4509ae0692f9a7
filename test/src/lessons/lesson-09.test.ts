import { describe, it } from 'vitest'
import { walk } from './walk.js'

interface Answer {
  id: string
  walks: boolean
  ok: boolean
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const right = (answers: Answer[]) => mean(answers.map(({ ok }) => Number(ok)))
const gap = (answers: Answer[]) =>
  right(answers.filter(({ walks }) => walks)) - right(answers.filter(({ walks }) => !walks))
const problems = (answers: Answer[]) => [...Map.groupBy(answers, ({ id }) => id).values()]
const both = (answers: Answer[]) =>
  problems(answers).filter((rows) => new Set(rows.map(({ walks }) => walks)).size === 2)

describe('lesson 09', () => {
  it('09.1: wins that a paired test needs', () =>
    walk('09.1', {
      right: 10,
      wrong: [
        [9, /one-sided/],
        [6, /A fair coin/],
        [1, /may lose/],
        [11, /Are they needed/],
        [8, /made-up models/],
        [3, /more than half/],
        [12, /problems only/],
      ],
      // The question itself names the number of problems.
      secrets: ['10'],
    }))

  it('09.2: within a problem', () =>
    walk('09.2', {
      right: (answers: Answer[]) => mean(both(answers).map(gap)),
      wrong: [
        [gap, /across all answers/],
        [(answers: Answer[]) => gap(both(answers).flat()), /thrown together/],
        [(answers: Answer[]) => -mean(both(answers).map(gap)), /other way round/],
        [(answers: Answer[]) => both(answers).map(gap).reduce((sum, one) => sum + one, 0) / problems(answers).length, /divided by all problems/], // biome-ignore format: one line
        [(answers: Answer[]) => mean(problems(answers).map(gap)), /gave NaN/],
        [(answers: Answer[]) => right(answers), /On one problem/],
        [(answers: Answer[]) => answers, /a number is asked for/],
      ],
    }))
})
