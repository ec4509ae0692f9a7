import { describe, expect, it } from 'vitest'
import { exactLoops, repeats } from '../../src/repeats/index.js'
import { repetitionRate } from '../../src/repeats/rates.js'
import { findRuns } from '../../src/repeats/runs.js'
import { codeUnits, words } from '../../src/repeats/words.js'

/** Numbers that look random and are the same on every machine. */
function random(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const VOCABULARY =
  'number value result factor square triangle proof answer equation sum left right point line circle area prime root digit angle check given assume divide the a of and to so we if then that is for by on from not some every'.split(
    ' ',
  )

function prose(characters: number, seed: number): string {
  const next = random(seed)
  let text = ''
  while (text.length < characters)
    text += `${VOCABULARY[next(VOCABULARY.length)]}${next(9) === 0 ? ` ${next(9999)}. ` : ' '}`
  return text.slice(0, characters)
}

const codes = (text: string) => Uint16Array.from([...text], (c) => c.charCodeAt(0))

/** Every maximal run by definition, slowly. */
function slowRuns(text: string, times: number, span: number): string[] {
  const found: string[] = []
  for (let period = 1; period * times <= text.length; period++) {
    let start = 0
    while (start + period < text.length) {
      let end = start + period
      while (end < text.length && text[end] === text[end - period]) end++
      if (end - start >= times * period && end - start >= span) {
        // Only the primitive period counts: a period that a shorter one divides is the same run.
        if (
          !found.some((other) => {
            const [s, e, p] = other.split(' ').map(Number)
            return s! <= start && e! >= end && period % p! === 0
          })
        )
          found.push(`${start} ${end} ${period}`)
        start = end - period + 1
      } else start++
    }
  }
  return found
}

describe('findRuns', () => {
  it('finds planted runs where they are, to the character', () => {
    const next = random(11)
    for (let trial = 0; trial < 300; trial++) {
      const period = 1 + next(120)
      const times = 4 + next(20)
      const unit = period < 3 ? 'xy'.slice(0, period) : `${prose(period - 1, trial + 1)}§`
      const span = Math.max(64, 3 * period)
      const body = unit.repeat(Math.ceil(span / period) + times)
      const before = `${prose(next(900), trial + 500)}¶`
      const text = `${before}${body}¤${prose(next(900), trial + 900)}`
      expect(findRuns(codes(text), 3, span)).toContainEqual({
        start: before.length,
        end: before.length + body.length,
        period,
      })
    }
  })
  it('agrees with the definition on short periods over a small alphabet', () => {
    const next = random(5)
    for (let trial = 0; trial < 200; trial++) {
      const noise = (n: number) => Array.from({ length: n }, () => 'abcdefgh'[next(8)]).join('')
      const text = noise(next(60)) + noise(1 + next(9)).repeat(20 + next(10)) + noise(next(60))
      const slow = slowRuns(text, 3, 40)
      const fast = findRuns(codes(text), 3, 40).map((run) => `${run.start} ${run.end} ${run.period}`)
      expect(fast).toEqual(slow)
    }
  })
  it('is linear on the worst texts', () => {
    expect(findRuns(codes('a'.repeat(500_000)), 3, 200)).toEqual([{ start: 0, end: 500_000, period: 1 }])
    let [one, two] = ['a', 'ab']
    while (two.length < 300_000) [one, two] = [two, two + one]
    findRuns(codes(two), 3, 200)
  })
})

describe('repeats', () => {
  it('finds a loop at the end and says where it starts', () => {
    const before = `${prose(1000, 3)}¶`
    const unit = 'Wait, let me check that the sum is even. '
    const found = repeats(before + unit.repeat(30))
    expect(found).toMatchObject({
      kind: 'loop',
      start: 1001,
      end: 1001 + 30 * unit.length,
      period: unit.length,
      count: 30,
    })
    expect(found.share).toBeCloseTo((30 * unit.length) / (1001 + 30 * unit.length), 10)
  })
  it('finds a loop that was left again, and adding text does not move it', () => {
    const text = `${prose(1500, 4)}¶${'So the term is 7 again, then. '.repeat(20)}¤${prose(2500, 5)}`
    const found = repeats(text)
    expect(found).toMatchObject({ kind: 'loop', start: 1501, end: 2101, period: 30 })
    expect(repeats(`${text}${prose(4000, 9)}`)).toMatchObject({ start: 1501, end: 2101, period: 30 })
  })
  it('counts in UTF-16 units, as slice does', () => {
    const unit = 'Wait 🤔, once more 🔁. '
    const text = `é naïve ☃${unit.repeat(40)}`
    const { start, end, period } = repeats(text)
    expect(text.slice(start!, start! + period!).repeat(40)).toBe(text.slice(start!, end!))
  })
  it('sees a loop with a counter as a near loop', () => {
    const steps = Array.from(
      { length: 80 },
      (_, i) => `Step ${i}: we try n = ${i} and get ${i * i + 3 * i}, which is not a prime, so we go on.\n`,
    ).join('')
    const found = repeats(`${prose(1200, 6)}${steps}`)
    expect(found.kind).toBe('near-loop')
    expect(found.end! - found.start!).toBeGreaterThan(0.9 * steps.length)
  })
  it.each([
    ['nothing', ''],
    ['a word', 'yes'],
    ['prose', prose(6000, 7)],
    [
      'a table',
      `${prose(600, 8)}${Array.from({ length: 9 }, (_, i) => Array.from({ length: 9 }, (_, j) => `${i + 1} × ${j + 1} = ${(i + 1) * (j + 1)}`).join('  ')).join('\n')}\n${prose(800, 9)}`,
    ],
    ['a rule', `${prose(600, 8)}\n${'-'.repeat(80)}\n${prose(600, 10)}`],
    [
      'JSON',
      JSON.stringify(
        Array.from({ length: 12 }, (_, i) => ({ id: i, score: i * 1.37, tags: [VOCABULARY[i], VOCABULARY[2 * i]] })),
        null,
        1,
      ),
    ],
    ['digits', `${prose(400, 2)}${(2n ** 500n).toString()} ${prose(700, 1)}`],
    [
      'a refrain',
      `${prose(1500, 21)}So the answer must be even, as seen above. ${prose(1500, 22)}So the answer must be even, as seen above. ${prose(800, 23)}`,
    ],
  ])('leaves %s alone', (_, text) => {
    expect(repeats(text)).toMatchObject({ kind: 'clean', start: null, end: null, share: 0 })
  })
  it('lists every loop, not only the largest', () => {
    const text = `${prose(900, 31)}¶${'first loop with its own words, yes. '.repeat(12)}¤${prose(900, 32)}¶${'and a second one. '.repeat(30)}`
    expect(exactLoops(text).map((run) => run.period)).toEqual([36, 18])
  })
})

describe('repetitionRate', () => {
  it('is 1 − distinct / all', () => {
    const next = random(2)
    for (let trial = 0; trial < 50; trial++) {
      const text = Array.from({ length: 200 }, () => 'abcd'[next(4)]).join(' ')
      const grams = text
        .split(' ')
        .map((_, i, all) => all.slice(i, i + 4).join(' '))
        .slice(0, 197)
      expect(repetitionRate(words(codeUnits(text)).ids, 4)).toBeCloseTo(1 - new Set(grams).size / grams.length, 12)
    }
    expect(repetitionRate(words(codeUnits('too short')).ids, 4)).toBe(0)
  })
})
