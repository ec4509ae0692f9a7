import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { check, Stopped } from '../../../src/index.js'
import { aCount, aShare, aText, compared, names } from '../../../src/lessons/exercise.js'
import { limited, StillRunning } from '../../../src/lessons/limited.js'
import { exercises } from '../../../src/lessons/list.js'

const folder = import.meta.dirname
const notebooks = path.resolve(folder, '../../../notebooks')

describe('check', () => {
  it('says what is asked as long as nothing is answered, and stops nothing', async () => {
    const found = await check('03.1', undefined)
    expect(found).toMatchObject({ exercise: '03.1', state: 'not answered', ok: false })
    expect(String(found)).toMatch(/^○ 03\.1 Not answered yet\. Of the coding answers/)
  })

  it('shows itself in a notebook, in the terminal and as text', async () => {
    const found = await check('03.1', '<b>0.3</b>', [])
    expect(String(found)).toBe("✗ 03.1 Not yet. Received '<b>0.3</b>'. Give a share from 0 to 1.")
    expect(inspect(found)).toBe(String(found))
    const bundle = (found as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]!()
    expect(bundle['text/plain']).toBe(String(found))
    expect(bundle['text/html']).toContain('&lt;b&gt;0.3&lt;/b&gt;')
    expect(bundle['text/html']).not.toContain('<b>0.3')
  })

  it('names what an answer of the wrong kind is', async () => {
    expect((await check('03.1', Promise.resolve(0.5), [])).says).toContain('put await in front')
    expect((await check('03.1', 31, [])).says).toContain('divide by 100')
    expect((await check('03.1', '0.31', [])).says).toContain('leave out the quotes')
    expect((await check('03.1', Number.NaN, [])).says).toBe('Received NaN. Give a share from 0 to 1.')
  })

  it('asks for the rows that an exercise is judged by', async () => {
    expect((await check('03.1', 0.5)).says).toContain('Pass as third argument the judged raw answers, `before`')
  })

  it.each([
    ['03.9', /lesson 03 has 03\.1 and 03\.2/, "await check('03.1', answer)"],
    ['3.1', /No lesson has an exercise "3\.1"/, "await check('03.1', answer)"],
    [3.1 as never, /No lesson has an exercise "3\.1"/, "await check('03.1', answer)"],
    [undefined as never, /No lesson has an exercise "undefined"/, "await check('00.1', answer)"],
    ['constructor', /No lesson has an exercise "constructor"/, "await check('00.1', answer)"],
  ])('names the exercises near %s', async (name, what, fix) => {
    const stopped = await check(name, 1).catch((error: unknown) => error)
    expect(stopped).toBeInstanceOf(Stopped)
    expect(stopped).toMatchObject({ code: 'bad-call', message: expect.stringMatching(what), fix })
  })

  it('stops a function that never comes back, and says on which input', async () => {
    const found = await check('01.2', (cell: string) => {
      for (let at = 0; at < cell.length; at += 0);
      return cell
    })
    expect(found.state).toBe('wrong')
    expect(found.says).toMatch(/^Your function was still running after 5 s on the input '\d+', and was stopped\./)
  }, 20_000)

  it.each<[string, () => unknown]>([
    ['a loop', () => { for (;;); }], // biome-ignore format: one line
    ['a loop that catches and finishes', () => { for (;;) try { for (;;); } catch {} finally { } }], // biome-ignore format: one line
    ['a promise that never settles', () => new Promise(() => {})],
    ['a regular expression that tries everything', () => /^(a+)+$/.test(`${'a'.repeat(60)}b`)],
  ])('a limited function ends: %s', async (_, endless) => {
    await expect(limited(endless, 0.2)()).rejects.toThrow(StillRunning)
  })

  it('leaves what a limited function gives and throws as it is', async () => {
    const thrown = new TypeError('mine')
    const throws = () => { throw thrown } // biome-ignore format: one line
    await expect(limited((a: number, b: number) => a + b)(1, 2)).resolves.toBe(3)
    await expect(limited(async () => 'later')()).resolves.toBe('later')
    await expect(limited(throws)()).rejects.toBe(thrown)
    await expect(limited(() => limited((a: number) => a)(4))()).resolves.toBe(4)
  })

  it('takes the kinds of answers that exercises ask for', () => {
    const taken = [aCount, aShare, aText, names].map((kind) =>
      [-1.5, 3, 0.5, ' ', 'a', ['a'], [{ id: 'a' }], null].map((answer) => Number(kind.is(answer))).join(''),
    )
    expect(taken).toEqual(['01000000', '00100000', '00001000', '00000100'])
    expect(names.nearly?.([{ id: 'a' }])).toContain('take their ids')
  })

  it('compares numbers: the right one first, then the usual mistakes', () => {
    const judge = (answer: number) => compared(answer, 0.25, 'so', [[0.75, 'the rest'], [0.25, 'never']], 'count again') // biome-ignore format: one line
    expect([0.25, 0.2503, 0.75, 0.26].map(judge)).toEqual([
      { ok: true, note: 'so' },
      { ok: true, note: 'so' },
      { ok: false, hint: 'the rest' },
      { ok: false, hint: 'count again' },
    ])
  })
})

describe('the exercises', () => {
  const tests = readdirSync(folder)
    .filter((file) => /^lesson-\d\d\.test\.ts$/.test(file))
    .map((file) => readFileSync(path.join(folder, file), 'utf8'))
    .join('\n')

  it.each(Object.keys(exercises))('%s is walked in a test, and stands in its lesson, not answered', async (name) => {
    expect(tests).toContain(`walk('${name}'`)
    const file = readdirSync(notebooks).find((one) => one.startsWith(`${name.split('.')[0]}-`))
    const text = readFileSync(path.join(notebooks, file!), 'utf8')
    expect(text).toContain(`check('${name}'`)
    expect(text).toContain(`○ ${name} Not answered yet.`)
  })
})
