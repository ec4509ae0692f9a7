import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Benchmarks } from '../../src/curate/index.js'
import { tokenise } from '../../src/curate/tokens.js'
import { benchmarkPrompts, problems } from '../../src/problems/index.js'
import { problem } from './curate.data.js'

const data = fileURLToPath(new URL('../../../shared/data', import.meta.url))
const absent = !existsSync(data)

describe('tokens', () => {
  it('layout, case and spelling do not count; numbers and operators do', () => {
    const all = (text: string) => tokenise(text).all.join(' ')
    expect(all('Find $\\left( \\dfrac{1}{2} \\right) \\cdot X$.')).toBe(
      all('find (\\tfrac12 × x)').replace('12', '1 2'),
    )
    expect(all('a ≤ 1,000')).toBe('a leq 1000')
    expect(all('5+3')).not.toBe(all('5-3'))
    expect(all('Look: [asy] draw((0,0)--(1,1)); [/asy] here')).toBe('look here')
    expect(tokenise('What is -x?').words).toHaveLength(3)
  })
})

describe('near a benchmark', () => {
  const long =
    'A farmer divides a field of 84 hectares among her four children so that each gets twice as much as the next one. How much does the youngest get?'
  const benchmarks = (...prompts: string[]) => {
    const found = new Benchmarks()
    found.add(prompts.map((prompt, i) => problem(`bench/${i}`, prompt)))
    return found
  }

  it.each([
    ['itself', long],
    ['another layout', long.toUpperCase().replaceAll(' ', '  ').replace('84', '$84$')],
    ['a frame around it', `Here is a riddle for you. ${long} Give your answer in hectares, please.`],
    [
      'half of it',
      'A farmer divides a field of 84 hectares among her four children so that each gets the same. What does she keep?',
    ],
    ['eight words of it', 'My uncle says that each gets twice as much as the next one. True?'],
  ])('finds %s', (_, prompt) => {
    expect(benchmarks(long).find(prompt)).toMatchObject({ item: 'bench/0' })
  })

  it.each([
    ['another question', 'How many primes are smaller than one hundred?'],
    ['seven words of it', 'I say: each gets twice as much as the boss.'],
    ['nothing', ''],
  ])('does not find %s', (_, prompt) => {
    expect(benchmarks(long).find(prompt)).toBeUndefined()
  })

  it('finds short questions, whole and with their operators', () => {
    const short = benchmarks('Compute $\\sin 60^\\circ$.', 'What is $5 + 3 \\cdot 2$?')
    expect(short.find('Compute \\(\\sin 60 ^ {\\circ}\\)')).toMatchObject({ item: 'bench/0', share: 1 })
    expect(short.find('Quick: what is 5 + 3 × 2?')).toMatchObject({ item: 'bench/1' })
    expect(short.find('What is 5 - 3 × 2?')).toBeUndefined()
    expect(short.find(`What is 5 + 3 × 2, if you please, and ${'so '.repeat(30)}on?`)).toBeUndefined()
  })

  it('a phrase that many questions share is not an overlap, unless the question is its own', () => {
    const phrase = 'where m and n are relatively prime positive integers find m plus n'
    const found = benchmarks(
      ...Array.from({ length: 30 }, (_, i) => `The probability of case ${i} in game ${i * i} is m over n ${phrase}`),
    )
    expect(found.find(`A bag holds nine red marbles and we draw two, and then this is said: ${phrase}`)).toBeUndefined()
    expect(found.find(`The probability of case 7 in game 49 is m over n ${phrase}`)).toMatchObject({ item: 'bench/7' })
  })

  it('the prompts themselves tell what a phrase is', () => {
    const phrase = 'you are given an array of integers and a number k'
    const prompts = Array.from({ length: 20 }, (_, i) => `Task ${i}: ${phrase} number ${i}`)
    const item = `In this one ${phrase}. Return the longest run whose sum is at most k, or minus one if there is no such run at all in the array`
    const alone = benchmarks(item)
    expect(alone.find(prompts[0]!)).toBeDefined()
    const surveyed = benchmarks(item)
    for (const prompt of prompts) surveyed.survey(prompt)
    expect(surveyed.find(prompts[0]!)).toBeUndefined()
    expect(surveyed.find(item)).toBeDefined()
  })

  it('formulas alone are not an overlap', () => {
    const found = benchmarks(
      'Solve the system x + y + z + a + b + c = 1 and x - y - z - a - b - c = 2 for all of them.',
    )
    expect(found.find('Let x + y + z + a + b + c = 1 be given.')).toBeUndefined()
  })

  it.skipIf(absent)(
    'finds every question of MATH-500 in the full MATH test set, and few in AIME 1983–2023 (needs ../shared/data)',
    async () => {
      const found = new Benchmarks()
      for (const name of ['math500.jsonl', 'aime24_qwq.jsonl', 'aime24_qwen_math.jsonl', 'amc23.jsonl']) {
        found.add(await benchmarkPrompts(path.join(data, 'bench_math', name)))
      }
      expect(found.size).toBe(570)
      const full = await problems(path.join(data, 'bench_math/math_test_5000.jsonl'))
      const aime = await problems(path.join(data, 'bench_math/aime_train_1983_2023.json'))
      for (const { prompt } of [...full, ...aime]) found.survey(prompt)
      const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
      const inside = new Set(
        (await benchmarkPrompts(path.join(data, 'bench_math/math500.jsonl'))).map(({ prompt }) => letters(prompt)),
      )
      const leaked = full.filter(({ prompt }) => inside.has(letters(prompt)))
      expect(leaked.length).toBeGreaterThan(490)
      expect(leaked.filter(({ prompt }) => !found.find(prompt)).map(({ id }) => id)).toEqual([])
      const near = aime.filter(({ prompt }) => found.find(prompt))
      // Ten or so are real copies: MATH-500 took questions from old contests.
      expect(near.length).toBeLessThan(40)
    },
  )
})
