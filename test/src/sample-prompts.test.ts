import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/rows.js'
import { isLocal, keyFor, plainURL, withoutSecrets } from '../../src/sample/address.js'
import { promptFor, seedFor, skyT1Prompts, studentSystem } from '../../src/sample/index.js'
import * as lines from '../../src/sample/instructions.js'
import { refusal } from '../../src/sample/refusals.js'
import { problem } from './sample-server.js'
import { stoppedBy } from './stopped-by.js'

const code = (more: Partial<Problem>) =>
  problem(1, { kind: 'code', domain: 'code', prompt: 'Add two numbers.', language: 'python', ...more })
const calls = [{ fn: 'add', args: [1, 2], returns: 3 }]
const reads = [{ stdin: '1 2\n', stdout: '3\n' }]

describe('the prompt set skylab', () => {
  it('asks for a boxed answer, a letter, a program or a function in the words that must match', () => {
    expect(promptFor(problem(1)).user).toBe('Return your final response within \\boxed{}. What is 1 + 1?')
    const choice = promptFor(
      problem(1, { kind: 'choice', prompt: 'Which?', choices: ['one', 'two', 'three', 'four'] }),
    ).user
    expect(choice).toBe(`${lines.choice}Which?\nA) one, B) two, C) three, D) four`)
    expect(promptFor(code({ tests: reads })).user).toBe(`${lines.stdin} Add two numbers.`)
    expect(promptFor(code({ tests: calls, starter: 'def add(a, b):' })).user).toBe(
      `${lines.callBased} Add two numbers.\ndef add(a, b):`,
    )
  })

  it('names the letters that there are', () => {
    const ask = (choices: string[]) => promptFor(problem(1, { kind: 'choice', choices })).user
    expect(ask(['x', 'y'])).toContain('(A or B)')
    expect(ask(['x', 'y', 'z', 'u', 'v'])).toContain('(A, B, C, D, or E)')
  })

  it('says the name of a function that is called, where nothing else does', () => {
    expect(promptFor(code({ tests: calls })).user).toMatch(/\nThe function is called `add`\.$/)
    expect(promptFor(code({ tests: calls, prompt: 'Write add(a, b).' })).user).toMatch(/Write add\(a, b\)\.$/)
  })

  it('speaks of the language that the tests run', () => {
    expect(promptFor(code({ language: 'javascript', tests: reads })).user).toMatch(
      /JavaScript program.*readFileSync\(0/,
    )
    expect(promptFor(code({ language: 'typescript', tests: calls })).user).toMatch(
      /TypeScript function.*do not call it/,
    )
    expect(promptFor(code({ language: 'javascript', tests: calls })).user).not.toContain('Python')
  })

  it('has a hash of the instruction, which the question does not change and the system prompt does', () => {
    const { hash } = promptFor(problem(1))
    expect(promptFor(problem(2)).hash).toBe(hash)
    expect(promptFor(problem(1), 'skylab', null).hash).not.toBe(hash)
    expect(promptFor(code({ tests: reads })).hash).not.toBe(hash)
  })

  it('asks a student for the four markers, in order', () => {
    const places = ['<|begin_of_thought|>', '<|end_of_thought|>', '<|begin_of_solution|>', '<|end_of_solution|>'].map(
      (marker) => studentSystem().indexOf(marker),
    )
    expect(places.every((place) => place > 0)).toBe(true)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })
})

describe('the prompt set sky-t1', () => {
  it('is refused when the system prompt is not the released one, or is not there', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
    try {
      const put = (text: string) => {
        writeFileSync(path.join(folder, 'data.json'), text)
        return path.join(folder, 'data.json')
      }
      const other = await stoppedBy(skyT1Prompts(put('[{"system": "Think \\"hard\\".", "conversations": []}]')))
      const hash = createHash('sha256').update('Think "hard".').digest('hex').slice(0, 16)
      expect(other).toMatchObject({
        code: 'bad-data',
        message: expect.stringContaining(`begins with ${hash}, not with c5ae4aa0b0d6fcad`),
      })
      expect(await stoppedBy(skyT1Prompts(put('[]')))).toMatchObject({
        code: 'bad-data',
        message: expect.stringContaining('no field "system"'),
      })
      expect(await stoppedBy(skyT1Prompts(path.join(folder, 'nowhere.json')))).toMatchObject({
        code: 'no-file',
        fix: expect.stringContaining('hf download'),
      })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('seeds', () => {
  it('are 31 bits, differ by problem, sample and base, and stay what they are', () => {
    const seeds = new Set<number>()
    for (let i = 0; i < 200; i++) for (let k = 0; k < 5; k++) seeds.add(seedFor(`p${i}`, k))
    expect(seeds.size).toBe(1000)
    for (const seed of seeds) expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31).toBe(true)
    expect(seedFor('p', 1, 0)).toBe(seedFor('p', 1))
    expect(seedFor('p', 1, 7)).not.toBe(seedFor('p', 1))
    // Recordings hang on these numbers: sha256 of '["practice/a",0,0]', first four bytes, halved.
    expect(seedFor('practice/a', 0)).toBe(
      createHash('sha256').update('["practice/a",0,0]').digest().readUInt32BE(0) >>> 1,
    )
  })
})

describe('an address', () => {
  it('is local on this machine and in private networks', () => {
    for (const url of [
      'http://localhost:8000/v1',
      'http://127.0.0.1/v1',
      'http://[::1]:1/v1',
      'http://gpu-box:8000/v1',
      'http://10.1.2.3/v1',
      'http://192.168.0.9',
      'http://172.20.0.1',
      'http://node3.lan/v1',
    ])
      expect([url, isLocal(url)]).toEqual([url, true])
    for (const url of [
      'https://api.openai.com/v1',
      'https://172.40.0.1',
      'https://11.0.0.1',
      'https://localhost.example.com',
      'nonsense.example',
    ])
      expect([url, isLocal(url)]).toEqual([url, false])
  })

  it('stands in keys without what may be secret in it', () => {
    expect(plainURL('https://me:secret@host.example/v1/?key=secret')).toBe('https://host.example/v1')
    expect(keyFor('http://gpu-box:8000/v1', true, 'mine')).toBe('mine')
  })

  it('and an error text lose their keys', () => {
    expect(
      withoutSecrets('bad key abcdef123 in Bearer abcdef123, or sk-proj-Zz9_x.long or hf_abcdefgh', 'abcdef123'),
    ).toBe('bad key [key] in Bearer [key] or [key] or [key]')
  })
})

describe('a refusal', () => {
  const asker = { id: 'm', url: 'http://x/v1', clean: (text: string) => text }
  const read = (trouble: object) => refusal(Object.assign(new Error('said'), trouble), asker)

  it('is told apart by what can be done about it', () => {
    const kinds = [
      [{ status: 401 }, 'stop'],
      [{ status: 403 }, 'stop'],
      [{ status: 404 }, 'not-found'],
      [{ status: 404, code: 'no_recording' }, 'row'],
      [{ status: 408 }, 'again'],
      [{ status: 409 }, 'again'],
      [{ status: 400 }, 'row'],
      [{ status: 422 }, 'row'],
      [{ status: 429 }, 'wait'],
      [{ status: 429, code: 'insufficient_quota' }, 'stop'],
      [{ status: 500 }, 'again'],
      [{ status: 503, headers: { 'retry-after': '2' } }, 'wait'],
      [{ status: 503 }, 'again'],
      [{ status: 529 }, 'wait'],
      [{ status: 402 }, 'stop'],
      [{ cause: { code: 'ECONNREFUSED' } }, 'gone'],
      [{ cause: { cause: { code: 'ENOTFOUND' } } }, 'gone'],
      [{ cause: { code: 'ECONNRESET' } }, 'again'],
      [{ cause: { code: 'SELF_SIGNED_CERT_IN_CHAIN' } }, 'stop'],
      [{}, 'again'],
    ] as const
    for (const [trouble, kind] of kinds) expect([trouble, read(trouble).kind]).toEqual([trouble, kind])
  })
})
