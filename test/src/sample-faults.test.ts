// Everything goes wrong at once, and every row comes back, once, with the books in order.
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { model, sample } from '../../src/sample/index.js'
import { Events } from '../../src/sample/wire/events.js'
import { workspace } from '../../src/workspace/index.js'
import { FAULTS, faultyServer, ODDITIES, wholeAnswer } from './sample-faults-server.js'
import { problems, refuse, say } from './sample-server.js'
import { begin, end, folder, here, keep, serve } from './sample-setting.js'

beforeEach(begin)
afterEach(end)

describe('at 30 % faults and 30 % oddities', () => {
  it('every row comes back, none twice, and the ledger is exact to the token', async () => {
    const server = keep(await faultyServer(0.3))
    const work = here()
    // A dollar a token of the answer, a thousandth for one of the prompt.
    const price = { prompt: 1000, completion: 1_000_000 }
    const m = model('m', { baseURL: server.url, concurrency: 64, price, silence: 4 })
    const asked = problems(250)
    const rows = await sample(asked, { model: m, in: work, n: 2, maxTokens: 1000 })
    expect(rows.map(({ finish }) => finish)).toEqual(rows.map(() => 'stop'))
    expect(rows).toHaveLength(500)
    for (const row of rows) expect(row.text).toBe(wholeAnswer({ body: { seed: row.settings.seed } as never }))
    const { books } = server
    // Each answer was given once by the server, kept once by us.
    expect(books.given.size).toBe(500)
    expect([...books.given].filter(([, n]) => n > 1)).toEqual([])
    expect(await work.rows('sample')).toHaveLength(500)
    // Everything was drawn that can be drawn.
    expect(Object.keys(books.faults).sort()).toEqual([...FAULTS].sort())
    expect(Object.keys(books.oddities).sort()).toEqual([...ODDITIES].sort())
    const cost = ({ prompt, completion }: { prompt: number; completion: number }) => prompt / 1000 + completion
    const kept = rows.reduce((sum, { dollars }) => sum + dollars!, 0)
    expect(kept).toBeCloseTo(cost(books.answers), 6)
    expect(work.spent() - kept).toBeCloseTo(cost(books.spoiled), 6)
    // Where the server's count was no count, the row says so.
    const guessed = rows.filter(({ usage }) => usage.guessed)
    expect(guessed).toHaveLength(books.oddities['wrong-usage']! + books.oddities['no-usage']!)
    // The same again asks nothing.
    const before = server.requests.length
    expect(await sample(asked, { model: m, in: work, n: 2, maxTokens: 1000 })).toEqual(rows)
    expect(server.requests.length).toBe(before)
  }, 120_000)
})

describe('an attempt', () => {
  it('is never repeated after 400, 401, 403, 404 and 422', async () => {
    for (const status of [400, 401, 403, 404, 422]) {
      const server = await serve((request, response) =>
        request.nth === 0 ? say(response, 'fine') : refuse(response, status, 'no'),
      )
      const m = model('m', { baseURL: server.url, concurrency: 1 })
      await Promise.resolve(sample(problems(2), { model: m, in: workspace(path.join(folder, String(status))) })).catch(
        () => 0,
      )
      expect([status, server.requests.length]).toEqual([status, 2])
      await workspace(path.join(folder, String(status))).close()
    }
  })

  it('asks once more without what a server does not know, and never again with it', async () => {
    const server = await serve(({ body }, response) => {
      if ('stream_options' in body)
        return refuse(response, 400, 'Unrecognized request argument supplied: stream_options')
      if ('max_tokens' in body)
        return refuse(response, 400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
      if ('seed' in body) return refuse(response, 422, 'Extra inputs are not permitted: seed')
      say(response, 'fine')
    })
    const m = model('m', { baseURL: server.url, concurrency: 1 })
    const rows = await sample(problems(3), { model: m, in: here() })
    expect(rows.map(({ text }) => text)).toEqual(['fine', 'fine', 'fine'])
    expect(server.requests).toHaveLength(6)
    expect(m.seeds).toBe(false)
  })

  it('takes an answer that a server gives in one piece', async () => {
    const server = await serve((_request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({
          choices: [
            { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'whole', reasoning: 'hm' } },
          ],
          usage: { prompt_tokens: 5, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 4 } },
        }),
      )
    })
    const price = { prompt: 1_000_000, completion: 1_000_000, cached: 500_000 }
    const [row] = await sample(problems(1), { model: model('m', { baseURL: server.url, price }), in: here() })
    expect(row).toMatchObject({ text: 'whole', reasoning: 'hm', usage: { prompt: 5, completion: 2, cached: 4 } })
    // One token at full price, four at half, two of the answer.
    expect(row!.dollars).toBe(5)
  })

  it('keeps <think> where it is, split over pieces and unclosed, and says how it ended', async () => {
    const server = await serve((request, response) =>
      say(
        response,
        request.body.messages.at(-1)!.content.includes('0 + 0') ? '<think>one, two</think>three' : '<think>one, two',
        {
          finish: request.body.messages.at(-1)!.content.includes('0 + 0') ? 'stop' : 'length',
        },
      ),
    )
    const rows = await sample(problems(2), { model: model('m', { baseURL: server.url }), in: here() })
    expect(rows.map(({ text, finish }) => [text, finish])).toEqual([
      ['<think>one, two</think>three', 'stop'],
      ['<think>one, two', 'length'],
    ])
    expect(rows[0]!.firstSeconds).toBeGreaterThan(0)
    expect(rows[0]!.firstSeconds).toBeLessThanOrEqual(rows[0]!.seconds)
  })

  it('that stalls, before or within an answer, is broken off and made again', async () => {
    for (const when of ['before', 'within']) {
      const server = await serve((request, response) => {
        if (request.nth > 0) return say(response, 'finally')
        if (when === 'within') {
          response.writeHead(200, { 'content-type': 'text/event-stream' })
          response.write('data: {"choices":[{"index":0,"delta":{"content":"half"}}]}\n\n')
        }
      })
      const m = model('m', { baseURL: server.url, silence: 0.15 })
      const [row] = await sample(problems(1), { model: m, in: workspace(path.join(folder, when)) })
      expect(row).toMatchObject({ text: 'finally', finish: 'stop' })
      await workspace(path.join(folder, when)).close()
    }
  })

  it('that takes too long is made three times at most: each time is paid for', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const timer = setInterval(
        () => response.write('data: {"choices":[{"index":0,"delta":{"content":"on "}}]}\n\n'),
        10,
      )
      response.on('close', () => clearInterval(timer))
    })
    const m = model('m', { baseURL: server.url, timeout: 0.1 })
    const [row] = await sample(problems(1), { model: m, in: here() })
    expect(row).toMatchObject({ finish: 'error', failure: expect.stringContaining('no end within') })
    expect(server.requests).toHaveLength(3)
  })

  it('does not count a socket that the server had closed as a failure', async () => {
    const server = await serve((_request, response) => {
      // The answer goes out whole, and then the connection is closed under the client.
      say(response, 'fine')
      response.on('finish', () => setTimeout(() => response.socket?.destroy(), 5))
    })
    const m = model('m', { baseURL: server.url, concurrency: 1, retries: 0 })
    async function* slowly() {
      for (const each of problems(5)) {
        yield each
        await new Promise((resolve) => setTimeout(resolve, 15))
      }
    }
    const rows = await sample(slowly(), { model: m, in: here() })
    expect(rows.map(({ finish }) => finish)).toEqual(['stop', 'stop', 'stop', 'stop', 'stop'])
  })

  it('of a server that fails and fails ends the run, naming it, and not after every row', async () => {
    const server = await serve((request, response) =>
      request.nth === 0 ? say(response, 'fine') : refuse(response, 500, 'CUDA error'),
    )
    const m = model('m', { baseURL: server.url, concurrency: 8, retries: 1 })
    const error = await Promise.resolve(sample(problems(500), { model: m, in: here() })).then(
      () => undefined,
      (caught) => caught,
    )
    expect(error).toMatchObject({ code: 'no-server' })
    expect(error.message).toMatch(/^The last 20 questions to http:.* could not be answered.*CUDA error$/)
    expect(server.requests.length).toBeLessThan(80)
  })
})

describe('events', () => {
  const read = (...pieces: string[]) => {
    const found: string[] = []
    const events = new Events((data) => found.push(data))
    for (const piece of pieces) events.add(piece)
    events.end()
    return found
  }

  it('are read whatever the line ends are and wherever the text was cut', () => {
    const text =
      ': hello\r\n\r\ndata: {"a":1}\r\n\r\nevent: x\ndata:two\ndata: lines\n\nid: 7\ndata: once\n\nid: 7\ndata: once\n\ndata: [DONE]'
    const whole = ['{"a":1}', 'two\nlines', 'once', '[DONE]']
    expect(read(text)).toEqual(whole)
    for (let at = 1; at < text.length; at++) expect(read(text.slice(0, at), text.slice(at))).toEqual(whole)
    expect(read(...text)).toEqual(whole)
  })
})
