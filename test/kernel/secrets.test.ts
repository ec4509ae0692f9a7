import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hidden, isSecretName, Secrets, StreamMask } from '../../kernel/display/secrets.js'
import { Cells, until } from './cells.js'

const KEY = 'sk-proj-4f9a&b<c>"d/e+f=0123'
const MARK = hidden('LAB_API_KEY')

describe('which values are secret', () => {
  it.each(['OPENAI_API_KEY', 'HF_TOKEN', 'hf_token', 'AWS_SECRET_ACCESS_KEY', 'DB_PASSWORD', 'CLIENT_SECRET', 'KEY'])(
    '%s',
    (name) => expect(isSecretName(name)).toBe(true),
  )

  it.each(['MAX_TOKENS', 'KEYBOARD', 'PWD', 'TOKENIZERS_PARALLELISM', 'SECRETARY', 'MONKEY'])('not %s', (name) =>
    expect(isSecretName(name)).toBe(false),
  )

  it('trivial values are none', () => {
    const env = {
      A_KEY: 'short',
      B_TOKEN: 'disabled',
      C_TOKEN: '100000000',
      D_KEY: '/home/me/.ssh/id_rsa',
      E_KEY: 'xxxxxxxxxx',
    }
    const text = Object.values(env).join(' ')
    expect(new Secrets(env).mask(text)).toBe(text)
  })

  it('a key of several lines is known by each of them', () => {
    const secrets = new Secrets({ SSH_KEY: '-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA7bq0\nabc\n-----END KEY-----' })
    expect(secrets.mask('x MIIEpAIBAAKCAQEA7bq0 y')).toBe('x [hidden: SSH_KEY] y')
  })
})

describe('a stream in pieces', () => {
  it('shows what it would show in one, wherever it is cut', () => {
    const secrets = new Secrets({ LAB_API_KEY: 'sk-proj-4f9a0123', OTHER_TOKEN: 'proj-proj-77' })
    const word = fc.constantFrom(
      'sk-',
      'sk-proj-',
      'sk-proj-4f9a0123',
      'proj-proj-77',
      'proj-',
      's',
      '\n',
      'text ',
      '4f9a',
    )
    fc.assert(
      fc.property(fc.array(word), fc.array(fc.nat(20)), (words, sizes) => {
        const text = words.join('')
        const stream = new StreamMask(secrets)
        let shown = ''
        let at = 0
        for (const size of [...sizes, text.length]) {
          shown += stream.push(text.slice(at, at + size))
          at += size
        }
        shown += stream.end()
        expect(shown).not.toContain('sk-proj-4f9a0123')
        expect(shown).not.toContain('proj-proj-77')
        // A long beginning at the very end is hidden too.
        if (shown !== secrets.mask(text)) expect(shown.endsWith(']')).toBe(true)
      }),
    )
  })

  it('keeps back what tells something, and shows at a pause what does not', () => {
    const stream = new StreamMask(new Secrets({ LAB_API_KEY: 'sk-proj-4f9a0123' }))
    expect(stream.push('ask')).toBe('a')
    expect(stream.pause()).toBe('sk')
    expect(stream.push('ip')).toBe('ip')
    expect(stream.push(' sk-p')).toBe(' ')
    expect(stream.pause()).toBe('sk-p')
    expect(stream.push('roj-4f9')).toBe('')
    expect(stream.pause()).toBe('')
    expect(stream.push('a0123!')).toBe(`${hidden('LAB_API_KEY')}!`)
  })
})

describe('in a session', () => {
  let cells: Cells

  beforeAll(async () => {
    cells = await Cells.start({ LAB_API_KEY: KEY })
  })
  afterAll(() => cells.close())

  const SHOWS: [string, string][] = [
    ['stdout', 'console.log(process.env.LAB_API_KEY)'],
    ['stderr', "process.stderr.write(process.env.LAB_API_KEY + '\\n')"],
    [
      'two writes',
      "process.stdout.write(process.env.LAB_API_KEY.slice(0, 9)); process.stdout.write(process.env.LAB_API_KEY.slice(9) + '\\n')",
    ],
    [
      'letters with pauses',
      'for (const each of process.env.LAB_API_KEY) { process.stdout.write(each); await new Promise((done) => setTimeout(done, 4)) }',
    ],
    ['a result', '({ deep: [process.env.LAB_API_KEY] })'],
    ['the environment', 'process.env'],
    ['a Map with it as a key', 'new Map([[process.env.LAB_API_KEY, 1]])'],
    [
      'JSON',
      "display({ 'application/json': { [process.env.LAB_API_KEY]: [process.env.LAB_API_KEY] }, 'text/plain': 'x' })",
    ],
    ['HTML', '[{ key: process.env.LAB_API_KEY }]'],
    [
      'an address',
      "console.log('https://x/?' + new URLSearchParams({ key: process.env.LAB_API_KEY }) + encodeURIComponent(process.env.LAB_API_KEY))",
    ],
    ['an error', 'throw new Error(process.env.LAB_API_KEY, { cause: { key: process.env.LAB_API_KEY } })'],
    [
      'a late rejection',
      'void Promise.reject(new Error(process.env.LAB_API_KEY)); await new Promise((done) => setTimeout(done, 20))',
    ],
    ['a child', "require('node:child_process').execSync('echo $LAB_API_KEY', { stdio: 'inherit' }); 0"],
    ['what a cell sets', "process.env.OTHER_TOKEN = 'tok-5521-aa-77'; console.log(process.env.OTHER_TOKEN)"],
  ]
  const parts = (text: string) =>
    [KEY, 'sk-proj-4f9a', 'd/e+f=0123', 'tok-5521-aa-77'].filter((part) => text.includes(part))

  it.each(SHOWS)('%s', async (_, code) => {
    const shown = await cells.run(code)
    await until(() => shown.outputs.length > 0, 'an output')
    const all = JSON.stringify([shown.outputs, shown.error])
    expect(parts(all)).toEqual([])
    expect(all).toContain('[hidden: ')
  })

  it('an expression of the front end', async () => {
    expect(JSON.stringify(await cells.session.evaluate('process.env.LAB_API_KEY'))).toContain(MARK)
  })

  it('costs a flood nothing', async () => {
    const shown = await cells.run("for (let i = 0; i < 50_000; i++) console.log('line sk-proj ' + i)")
    expect(shown.stdout).toBe(Array.from({ length: 50_000 }, (_, at) => `line sk-proj ${at}\n`).join(''))
  })

  it('the cell itself has the value', async () => {
    expect(await cells.value('process.env.LAB_API_KEY.length')).toBe(String(KEY.length))
  })
})
