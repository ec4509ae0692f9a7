// Sampling through OpenAI's Batch API, against a server of ours that speaks it.
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { batches, type ModelOptions, model, sample } from '../../src/sample/index.js'
import { type BatchServer, batchServer, completion, type Fate, type Question } from './batch-server.js'
import { problems } from './sample-server.js'
import { begin, end, folder, here, host, keep } from './sample-setting.js'
import { stoppedBy } from './stopped-by.js'

let server: BatchServer
let fate: (question: Question) => Fate

const said = ({ body }: Pick<Question, 'body'>) => `${body.seed}: ${body.messages.at(-1)!.content.slice(-12)}`

beforeEach(async () => {
  begin()
  fate = (question) => completion(said(question))
  server = keep(await batchServer((question) => fate(question)))
})
afterEach(end)

const mini = (batch: ModelOptions['batch'] = {}, more: ModelOptions = {}) =>
  model('gpt-4o-mini', { baseURL: server.url, batch: { poll: 0.02, gather: 0.05, ...(batch as object) }, ...more })

/** Until the first batch is made, and the book has its id: the client reads the answer first. */
async function handedIn() {
  const book = path.join(here().dir, 'batches/book.jsonl')
  const noted = () => existsSync(book) && readFileSync(book, 'utf8').includes('"id":"batch_1"')
  while (!noted()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('a batch', () => {
  it('gives the rows that asking one by one gives, at half the price', async () => {
    const price = { prompt: 1_000_000, completion: 1_000_000 }
    const rows = await sample(problems(20), { model: mini({}, { price }), in: here(), n: 3 })
    expect(rows).toHaveLength(60)
    for (const row of rows) {
      const asked = { seed: row.settings.seed, messages: [{ role: 'user', content: row.asked }], model: row.model }
      expect(row.text).toBe(said({ body: asked }))
    }
    expect(rows[0]).toMatchObject({ finish: 'stop', usage: { prompt: 7, completion: 3 }, dollars: 5 })
    expect(rows[0]).not.toHaveProperty('firstSeconds')
    expect(here().spent()).toBe(300)
    expect(server.batches).toHaveLength(1)
    const [question] = server.files.get(server.batches[0]!.input_file_id)!.text.split('\n')
    expect(JSON.parse(question!).body).toMatchObject({ model: 'gpt-4o-mini', max_tokens: 16384, temperature: 0.7 })
    // The same again asks nothing, and nothing is left behind.
    expect(await sample(problems(20), { model: mini({}, { price }), in: here(), n: 3 })).toEqual(rows)
    expect(server.batches).toHaveLength(1)
    const left = () => readdirSync(path.join(folder, 'w', 'batches'))
    for (let tries = 0; tries < 100 && left().length > 1; tries++)
      await new Promise((resolve) => setTimeout(resolve, 20))
    expect(left()).toEqual(['book.jsonl'])
    expect(await batches(mini(), here())).toEqual([])
  })

  it('is split at the limits of requests and of megabytes', async () => {
    const rows = await sample(problems(25), { model: mini({ requests: 10 }), in: here() })
    expect(rows).toHaveLength(25)
    expect(server.batches.map(({ request_counts }) => request_counts.total)).toEqual([10, 10, 5])
    const long = problems(6).map((each) => ({ ...each, prompt: `${each.prompt} ${'é'.repeat(500)}` }))
    await sample(long, { model: mini({ megabytes: 0.004 }), in: here() })
    for (const { input_file_id } of server.batches.slice(3))
      expect(Buffer.byteLength(server.files.get(input_file_id)!.text)).toBeLessThanOrEqual(4000)
    expect(server.batches.length).toBeGreaterThan(4)
    expect(new Set(server.billed).size).toBe(server.billed.length)
  })

  it('gives what each question came to: answers, cut-offs, refusals, and another try for what the server broke', async () => {
    const seen = new Map<string, number>()
    fate = (question) => {
      const asked = question.body.messages.at(-1)!.content
      const nth = (seen.get(asked) ?? 0) + 1
      seen.set(asked, nth)
      if (asked.includes(' 1 + 1')) return completion('cut', { finish: 'length' })
      if (asked.includes(' 2 + 2')) return { status: 400, body: { error: { message: 'too long' } } }
      if (asked.includes(' 3 + 3') && nth === 1) return { status: 500, body: { error: { message: 'oops' } } }
      if (asked.includes(' 4 + 4')) return completion('', { finish: 'content_filter' })
      return completion('fine')
    }
    const price = { prompt: 0, completion: 2_000_000 }
    const rows = await sample(problems(5), { model: mini({}, { price }), in: here() })
    expect(rows.map(({ finish, text, failure }) => failure ?? `${finish} ${text}`)).toEqual([
      'stop fine',
      'length cut',
      '400 too long',
      'stop fine',
      'the server ended the answer with "content_filter"',
    ])
    // Three answers, and one that was filtered and billed all the same.
    expect(here().spent()).toBe(12)
  })

  it('that expires gives what it has, and the rest goes into another one', async () => {
    let first = true
    fate = (question) => {
      const late = first && Number(/(\d+) \+/.exec(question.body.messages.at(-1)!.content)![1]) >= 6
      return late
        ? {
            error: {
              code: 'batch_expired',
              message: 'This request could not be executed before the completion window expired.',
            },
          }
        : completion(said(question))
    }
    const running = sample(problems(10), { model: mini(), in: here() })
    const rows = running.then((all) => all)
    while (server.batches.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    first = false
    expect((await rows).map(({ finish }) => finish)).toEqual(Array(10).fill('stop'))
    expect(server.batches.map(({ status }) => status)).toEqual(['expired', 'completed'])
    expect(server.billed).toHaveLength(10)
  })

  it('goes on when the cell is interrupted, says so, and is fetched by the same cell', async () => {
    server.patience = 1e9
    void handedIn().then(() => host.interrupt())
    const error = await stoppedBy(sample(problems(8), { model: mini(), in: here() }))
    expect(error.code).toBe('interrupted')
    expect(error.message).toMatch(/1 batch with 8 questions \(batch_1\) goes on at the server and will be paid for\.$/)
    const [open] = await batches(mini(), here())
    expect(open).toMatchObject({ id: 'batch_1', status: 'validating', questions: 8 })
    server.patience = 1
    const rows = await sample(problems(8), { model: mini(), in: here() })
    expect(rows.map(({ finish }) => finish)).toEqual(Array(8).fill('stop'))
    expect(server.batches).toHaveLength(1)
    expect(server.billed).toHaveLength(8)
  })

  it('can be cancelled; what was not answered says so', async () => {
    server.patience = 1e9
    void handedIn().then(() => host.interrupt())
    await stoppedBy(sample(problems(3), { model: mini(), in: here() }))
    // Only then does it go on: a look of the interrupted run may still be on its way to the server.
    await (await batches(mini(), here()))[0]!.cancel()
    server.patience = 1
    const rows = await sample(problems(3), { model: mini(), in: here() })
    expect(rows.map(({ failure }) => failure)).toEqual(Array(3).fill(expect.stringMatching(/cancelled/)))
    expect(server.billed).toHaveLength(0)
    // Asked once more, they are asked.
    expect((await sample(problems(3), { model: mini(), in: here() })).map(({ finish }) => finish)).toEqual(
      Array(3).fill('stop'),
    )
  })

  it('that is refused as a whole ends the run with the reason', async () => {
    const original = mini()
    server.before = (request, response) => {
      if (request.method !== 'POST' || request.url !== '/v1/batches') return false
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: 'batch is not enabled for this account' } }))
      return true
    }
    const error = await stoppedBy(sample(problems(2), { model: original, in: here() }))
    expect(error.message).toMatch(/took no batch of 2 questions: 400 batch is not enabled/)
    // Nothing remains of it: the next call hands in anew.
    delete server.before
    expect(await sample(problems(2), { model: mini(), in: here() })).toHaveLength(2)
  })

  it('keeps within the budget: what would break it is not handed in', async () => {
    const price = { prompt: 0, completion: 2_000_000 }
    const error = await stoppedBy(sample(problems(9), { model: mini({}, { price }), in: here(10), maxTokens: 4 }))
    expect(error.code).toBe('over-budget')
    expect(here().spent()).toBeLessThanOrEqual(10)
    expect(server.billed.length).toBe(here().spent() / 3)
  })

  it('needs a workspace, one address and no replay', () => {
    const bad = expect.objectContaining({ code: 'bad-call' })
    expect(() => model('m', { batch: true, replay: 'x.jsonl' })).toThrow(bad)
    expect(() => model('m', { batch: true, baseURL: ['http://a/v1', 'http://b/v1'] })).toThrow(bad)
  })
})

describe('kill -9', () => {
  /** Samples in a process of its own. */
  function child() {
    const library = new URL('../../dist/src/', import.meta.url)
    const script = `
      const { model, sample } = await import(${JSON.stringify(new URL('sample/index.js', library).href)})
      const { workspace } = await import(${JSON.stringify(new URL('workspace/index.js', library).href)})
      const m = model('gpt-4o-mini', { baseURL: ${JSON.stringify(server.url)}, batch: { poll: 0.02, gather: 0.05 } })
      const rows = await sample(${JSON.stringify(problems(30))}, { model: m, in: workspace(${JSON.stringify(path.join(folder, 'k'))}) })
      process.stdout.write(JSON.stringify(rows.map(({ text }) => text)))`
    const started = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let out = ''
    started.stdout.on('data', (chunk: Buffer) => {
      out += chunk
    })
    return { started, ended: new Promise<string>((resolve) => started.on('close', () => resolve(out))) }
  }

  it('before, during and after the hand-in: no batch is handed in twice, no answer paid twice', async () => {
    const moments = [
      'POST /v1/files',
      'POST /v1/batches',
      'created',
      'GET /v1/batches/batch_',
      'GET /v1/files/',
    ] as const
    for (const moment of moments) {
      const { started, ended } = child()
      let killed = false
      server.before = async (request, response) => {
        const what = `${request.method} ${request.url}`
        if (killed) return false
        if (moment === 'created' && what === 'POST /v1/batches') {
          // The batch is made, and the answer that says so is lost.
          response.on('finish', () => {})
          killed = true
          setImmediate(() => started.kill('SIGKILL'))
          return false
        }
        if (moment === 'created' || !what.startsWith(moment)) return false
        killed = true
        started.kill('SIGKILL')
        response.destroy()
        return true
      }
      const out = await ended
      expect([moment, killed, out]).toEqual([moment, true, ''])
    }
    delete server.before
    // A line of the book that was torn, too.
    appendFileSync(path.join(folder, 'k', 'batches', 'book.jsonl'), '{"token":"half')
    const { ended } = child()
    expect(JSON.parse(await ended)).toHaveLength(30)
    expect(new Set(server.billed).size).toBe(30)
    expect(server.billed).toHaveLength(30)
  }, 240_000)
})
