import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Formatted, Sample } from '../../src/rows.js'
import { closeRunners, verify } from '../../src/verify/index.js'
import { workspace } from '../../src/workspace/index.js'

const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
afterAll(() => {
  closeRunners()
  rmSync(folder, { recursive: true, force: true })
})

const base: Sample = {
  id: 'test/1',
  source: 'test',
  kind: 'math',
  domain: 'math',
  prompt: 'What is it?',
  answer: '12',
  sample: 0,
  model: 'written',
  asked: 'What is it?',
  text: 'It is \\boxed{12}.',
  finish: 'stop',
  usage: { prompt: 1, completion: 1 },
  dollars: null,
  seconds: 1,
  settings: { temperature: 0.7, topP: null, maxTokens: 100, seed: 1, promptSet: 'skylab', promptHash: 'x' },
}
const row = (more: Partial<Formatted>): Formatted => ({ ...base, format: { ok: true, by: 'split' }, ...more })
const code = (text: string, more: Partial<Formatted> = {}): Formatted =>
  row({
    kind: 'code',
    domain: 'code',
    language: 'javascript',
    text,
    tests: [
      { stdin: '2\n', stdout: '4\n' },
      { stdin: '3\n', stdout: '6\n' },
    ],
    timeLimit: 2,
    ...more,
  })
const one = async (it: Formatted) => (await verify([it]))[0]!.verdict

const right = 'const n = Number(require("fs").readFileSync(0, "utf8")); console.log(n * 2)'
const wrong = 'console.log(4)'

describe('verify', () => {
  it('judges the solution where there is one, else the text', async () => {
    expect(await one(row({}))).toMatchObject({ ok: true, how: 'exact' })
    expect(await one(row({ text: 'It is \\boxed{13}, no: \\boxed{12}', solution: 'So \\boxed{13}.' }))).toMatchObject({
      ok: false,
      why: 'wrong',
      detail: 'expected 12, found 13',
    })
    expect(await one(row({ text: 'I give up.' }))).toMatchObject({ ok: false, why: 'no-answer' })
    expect(await one(row({ text: 'So it is \\boxed{1' }))).toMatchObject({ ok: false })
  })

  it('keeps the reason for which a row was lost before', async () => {
    expect(await one(row({ finish: 'length' }))).toMatchObject({ ok: false, why: 'cut-off' })
    expect(await one(row({ finish: 'error', failure: '429' }))).toEqual({ ok: false, why: 'failed', detail: '429' })
    expect(await one(row({ format: { ok: false, why: 'missing-marker', detail: 'three of four' } }))).toEqual({
      ok: false,
      why: 'missing-marker',
      detail: 'three of four',
    })
  })

  it('judges a choice by its letter, and by the text of one option', async () => {
    const choice = (text: string) =>
      one(row({ kind: 'choice', domain: 'science', answer: 'B', choices: ['red', 'green', 'blue'], text }))
    expect(await choice('I think \\boxed{B}. That is a good choice')).toMatchObject({ ok: true, how: 'choice' })
    expect(await choice('The answer is: green')).toMatchObject({ ok: true })
    expect(await choice('\\boxed{A}')).toMatchObject({ ok: false, why: 'wrong', detail: 'expected B, found A' })
    expect(await choice('A leaf is what I see.')).toMatchObject({ ok: false, why: 'no-answer' })
  })

  it('tries every fenced block of a program, the last first, and says which one passed', async () => {
    const fence = (source: string) => `\n\`\`\`js\n${source}\n\`\`\`\n`
    expect(await one(code(`First${fence(wrong)}then${fence(right)}`))).toMatchObject({
      ok: true,
      chosen: 1,
      detail: '2 of 2 tests',
    })
    expect(await one(code(`First${fence(right)}then${fence(wrong)}`))).toMatchObject({ ok: true, chosen: 0 })
    expect(await one(code(`Only${fence(wrong)}`))).toMatchObject({
      ok: false,
      why: 'wrong',
      chosen: 0,
      detail: expect.stringContaining('test 2 of 2'),
    })
    expect(await one(code('No code at all.'))).toMatchObject({ ok: false, why: 'no-answer' })
    expect(await one(code(`x${fence('let let = 1')}`))).toMatchObject({ ok: false, why: 'compile-error' })
    expect(await one(code(`x${fence(right)}`, { tests: [] }))).toMatchObject({ ok: false, why: 'no-tests' })
  })

  it('gives rows in their order with all their fields, and counts that add up', async () => {
    const rows = [
      row({ id: 'a' }),
      row({ id: 'b', text: '\\boxed{1}' }),
      row({ id: 'c', finish: 'length' }),
      row({ id: 'd' }),
    ]
    const judged = await verify(rows, { workers: 3 })
    expect(judged.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
    expect(judged.map(({ verdict }) => verdict.ok)).toEqual([true, false, false, true])
    expect(judged[1]).toMatchObject(rows[1]!)
  })

  it('keeps verdicts on programs on disk, and does not judge them again', async () => {
    const work = workspace(path.join(folder, 'run'))
    const rows = [code(`\`\`\`js\n${right}\n\`\`\``)]
    const first = await verify(rows, { in: work })
    const file = path.join(folder, 'run', 'journal', 'verify.jsonl')
    const kept = readFileSync(file, 'utf8')
    expect(kept.trim().split('\n')).toHaveLength(1)
    expect(await verify(rows, { in: work })).toEqual(first)
    expect(readFileSync(file, 'utf8')).toBe(kept)
    // Another test is another question.
    await verify([{ ...rows[0]!, tests: [{ stdin: '1', stdout: '2' }] }], { in: work })
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2)
    work.close()
  })

  it('refuses a number of workers that is none', () => {
    expect(() => verify([], { workers: 0 })).toThrow(/0 workers/)
  })
})
