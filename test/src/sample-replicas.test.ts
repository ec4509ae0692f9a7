// Several servers for one model: who gets what, who dies, who comes back.
import { createServer } from 'node:http'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { model, sample } from '../../src/sample/index.js'
import { listening } from './listening.js'
import { type Act, answerTo, problems, refuse, say } from './sample-server.js'
import { begin, end, folder, here, host, serve, wait } from './sample-setting.js'
import { stoppedBy } from './stopped-by.js'

beforeEach(begin)
afterEach(end)
const slow: Act = async (request, response) => {
  await wait(10)
  say(response, answerTo(request))
}
const asked = ({ body }: { body: { messages: { content: string }[] } }) => body.messages.at(-1)!.content

describe('several servers', () => {
  it('share the work by weight, and the samples of one problem go to one of them', async () => {
    const [a, b] = [await serve(slow), await serve(slow)]
    const baseURL = [{ url: a.url, weight: 3 }, b.url]
    const m = model('m', { baseURL, concurrency: 32 })
    const rows = await sample(problems(60), { model: m, in: here(), n: 4 })
    expect(rows.map(({ finish }) => finish)).toEqual(Array(240).fill('stop'))
    expect(a.requests.length + b.requests.length).toBe(240)
    expect(a.requests.length).toBeGreaterThan(1.5 * b.requests.length)
    expect(b.requests.length).toBeGreaterThan(20)
    const there = new Set(a.requests.map(asked))
    const both = new Set(b.requests.map(asked).filter((each) => there.has(each)))
    // Where its server has no room another one takes over: seldom.
    expect(both.size).toBeLessThan(8)
    expect(m.live()!.servers.map(({ url, state }) => `${url} ${state}`)).toEqual([`${a.url} up`, `${b.url} up`])
  })

  it('of which one dies lose nothing: its work moves, and it is asked again when it is back', async () => {
    let broken: 'dead' | undefined
    // Not chatServer: this one has to come back at the same port.
    const one = createServer(async (request, response) => {
      if (request.url?.endsWith('/models')) return void response.end('{"data":[]}')
      let text = ''
      for await (const chunk of request) text += chunk
      await wait(10)
      if (broken) return void response.destroy()
      count++
      say(response, answerTo({ nth: 0, headers: {}, body: JSON.parse(text) }))
    })
    let count = 0
    const { port } = await listening(one)
    const other = await serve(slow)
    const m = model('m', { baseURL: [`http://127.0.0.1:${port}/v1`, other.url], concurrency: 8 })
    const seen: string[] = []
    let answered = 0
    let atDeath = 0
    let atReturn = 0
    for await (const row of sample(problems(400), { model: m, in: here() })) {
      expect(row.finish).toBe('stop')
      answered++
      const state = m.live()!.servers[0]!.state
      if (seen.at(-1) !== state) seen.push(state)
      if (answered === 60) {
        atDeath = count
        broken = 'dead'
        one.closeAllConnections()
        one.close()
      }
      if (answered === 160) {
        broken = undefined
        atReturn = count
        one.listen(port, '127.0.0.1')
      }
      if (answered > 160 && count === atReturn) await wait(5)
    }
    expect(answered).toBe(400)
    expect(atDeath).toBeGreaterThan(10)
    expect(atReturn - atDeath).toBeLessThan(10)
    expect(seen).toContain('down')
    expect(count).toBeGreaterThan(atReturn)
    one.closeAllConnections()
    one.close()
  }, 30_000)

  it('of which one hangs in silence: what it holds is broken off and answered by the other', async () => {
    let hangs = false
    const one = createServer(async (request, response) => {
      // Its port is open, and nobody is behind it.
      if (hangs) return
      if (request.url?.endsWith('/models')) return void response.end('{"data":[]}')
      let text = ''
      for await (const chunk of request) text += chunk
      hangs = true
      say(response, answerTo({ nth: 0, headers: {}, body: JSON.parse(text) }))
    })
    const { url, close } = await listening(one)
    const other = await serve(slow)
    const m = model('m', { baseURL: [`${url}/v1`, other.url], concurrency: 8, silence: 0.3 })
    const rows = await sample(problems(40), { model: m, in: here() })
    expect(rows.map(({ finish }) => finish)).toEqual(Array(40).fill('stop'))
    await close()
  }, 30_000)

  it('of which one says "too many" for a minute: the other does the work meanwhile', async () => {
    const busy = await serve((_request, response) => refuse(response, 429, 'later', { 'retry-after': '60' }))
    const free = await serve(slow)
    const m = model('m', { baseURL: [busy.url, free.url], concurrency: 8 })
    const rows = await sample(problems(40), { model: m, in: here() })
    expect(rows.map(({ finish }) => finish)).toEqual(Array(40).fill('stop'))
    expect(busy.requests.length).toBeLessThan(9)
    expect(m.live()!.servers[0]).toMatchObject({ state: 'waits', why: '429 later' })
    expect(m.live()!.servers[0]!.width).toBeLessThan(8)
  })

  it('that are all gone are all named', async () => {
    const [a, b] = [await serve(slow), await serve(slow)]
    await a.close()
    await b.close()
    const error = await stoppedBy(sample(problems(5), { model: model('m', { baseURL: [a.url, b.url] }), in: here() }))
    expect(error.code).toBe('no-server')
    expect(error.message).toBe(
      `None of the 2 servers can be reached: ${a.url} (ECONNREFUSED), ${b.url} (ECONNREFUSED).`,
    )
  })

  it('are one model to the journal: another list of them, and nothing is asked again', async () => {
    const [a, b] = [await serve(slow), await serve(slow)]
    const first = await sample(problems(10), { model: model('m', { baseURL: [a.url, b.url] }), in: here() })
    const second = await sample(problems(10), { model: model('m', { baseURL: [a.url] }), in: here() })
    const moved = await sample(problems(10), { model: model('m', { baseURL: b.url, identity: a.url }), in: here() })
    expect(second).toEqual(first)
    expect(moved).toEqual(first)
    expect(a.requests.length + b.requests.length).toBe(10)
  })
})

describe('a server that was there and is gone', () => {
  it('is waited for, and named when it does not come back', async () => {
    const server = await serve(slow)
    const m = model('m', { baseURL: server.url, concurrency: 2, patience: 3 })
    let stopped: unknown
    const began = performance.now()
    try {
      for await (const _ of sample(problems(50), { model: m, in: here() }))
        if (server.requests.length === 6) void server.close()
    } catch (error) {
      stopped = error
    }
    expect(stopped).toMatchObject({ code: 'no-server' })
    expect(String((stopped as Error).message)).toMatch(/It had answered before, and was waited for in vain\.$/)
    expect(performance.now() - began).toBeGreaterThan(2900)
    // A cell that runs again does not wait once more.
    const again = performance.now()
    await stoppedBy(sample(problems(50), { model: m, in: here() }))
    expect(performance.now() - again).toBeLessThan(2900)
  }, 20_000)
})

describe('an address', () => {
  it('with user, password or query sends them and shows none of them', async () => {
    const urls: (string | undefined)[] = []
    const raw = createServer((request, response) => {
      urls.push(request.url)
      heard.push(request.headers.authorization)
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: 'do not tell: hunter2secret or v-2026-secret' } }))
    })
    const heard: (string | undefined)[] = []
    const { port, close } = await listening(raw)
    const file = path.join(folder, 'r.jsonl')
    const m = model('m', {
      baseURL: `http://me:hunter2secret@127.0.0.1:${port}/v1?api-version=v-2026-secret`,
      record: file,
    })
    const error = await stoppedBy(sample(problems(9), { model: m, in: here() }))
    expect(urls[0]).toBe('/v1/chat/completions?api-version=v-2026-secret')
    expect(heard[0]).toBe(`Basic ${Buffer.from('me:hunter2secret').toString('base64')}`)
    const shown = JSON.stringify([error.message, error.fix, String(m), host.shown])
    expect(shown).not.toMatch(/hunter2secret|v-2026-secret/)
    expect(error.message).toContain('[key]')
    await close()
  })
})
