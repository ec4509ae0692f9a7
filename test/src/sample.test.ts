import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { estimate, model, preview, sample, seedFor } from '../../src/sample/index.js'
import { workspace } from '../../src/workspace/index.js'
import { type Act, answerTo, cut, problem, problems, refuse, say } from './sample-server.js'
import { begin, end, folder, here, host, serve, wait } from './sample-setting.js'
import { stoppedBy } from './stopped-by.js'

beforeEach(begin)

afterEach(end)

const plain: Act = (request, response) => say(response, answerTo(request))

describe('sample', () => {
  it('ends an answer at its loop when asked to, says why, and pays for it once', async () => {
    const unit = 'So the sum is even, and I check it again. '
    let written = 0
    const server = await serve(async ({ body }, response) => {
      if (body.messages.at(-1)!.content.includes('1 + 1')) return say(response, 'The answer is 2.')
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (let i = 0; i < 2000 && !response.destroyed; i++) {
        response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: unit } }] })}\n\n`)
        written++
        if (i % 10 === 0) await wait(1)
      }
      response.end()
    })
    const m = model('m', { baseURL: server.url, retries: 0 })
    const options = { model: m, in: here(), maxTokens: 30_000, stopLoops: true }
    const [looped, clean] = await sample(problems(2), options)
    expect(looped).toMatchObject({ finish: 'length', stopped: { period: unit.length } })
    expect(looped!.text.length).toBeLessThan(4000)
    expect(written).toBeLessThan(1500)
    expect(clean).toMatchObject({ finish: 'stop', text: 'The answer is 2.' })
    expect(clean).not.toHaveProperty('stopped')
    expect(host.shown.map(({ bundle }) => bundle['text/plain']).join()).toContain('looping')
    // The same again asks nothing; without the rule only the looping one is asked, for it would go on.
    await sample(problems(2), options)
    expect(server.requests).toHaveLength(2)
    const { stopLoops: _, ...without } = options
    const rows = await sample(problems(2), without)
    expect(rows[0]!.finish).toBe('error')
    expect(server.requests.filter(({ body }) => body.messages.at(-1)!.content.includes('1 + 1'))).toHaveLength(1)
  })

  it('gives n rows for each problem, in order, with everything that could change them', async () => {
    const server = await serve(plain)
    const m = model('m', { baseURL: server.url })
    const rows = await sample(problems(3), { model: m, in: here(), n: 2, maxTokens: 50 })
    expect(rows.map(({ id, sample: k }) => `${id} ${k}`)).toEqual([
      'test/0 0',
      'test/0 1',
      'test/1 0',
      'test/1 1',
      'test/2 0',
      'test/2 1',
    ])
    const row = rows[3]!
    expect(row).toMatchObject({
      prompt: 'What is 1 + 1?',
      answer: '2',
      model: 'm',
      asked: 'Return your final response within \\boxed{}. What is 1 + 1?',
      finish: 'stop',
      usage: { prompt: 7, completion: 3 },
      dollars: null,
      settings: { temperature: 0.7, topP: null, maxTokens: 50, seed: seedFor('test/1', 1), promptSet: 'skylab' },
    })
    expect(row.text).toBe(
      answerTo({
        nth: 0,
        headers: {},
        body: { model: 'm', messages: [{ role: 'user', content: row.asked }], seed: row.settings.seed },
      }),
    )
    expect(row.settings.promptHash).toMatch(/^[0-9a-f]{16}$/)
    expect(row.seconds).toBeGreaterThan(0)
    const sent = server.requests[0]!
    expect(sent.body).toMatchObject({
      model: 'm',
      seed: seedFor('test/0', 0),
      max_tokens: 50,
      temperature: 0.7,
      stream: true,
    })
    expect(sent.body.messages.map(({ role }) => role)).toEqual(['system', 'user'])
    expect(sent.headers.authorization).toBe('Bearer none')
  })

  it('keeps reasoning apart under both of its names, and marks a cut-off answer', async () => {
    const server = await serve(({ nth }, response) =>
      say(
        response,
        'answer',
        nth === 0
          ? { delta: { reasoning_content: 'thinking' }, finish: 'length' }
          : { delta: { reasoning: 'thinking' }, usage: null },
      ),
    )
    const m = model('m', { baseURL: server.url, concurrency: 1, system: null })
    const rows = await sample(problems(2), { model: m, in: here(), temperature: null })
    expect(rows[0]).toMatchObject({ text: 'answer', reasoning: 'thinking', finish: 'length' })
    expect(rows[1]).toMatchObject({ text: 'answer', reasoning: 'thinking', finish: 'stop', usage: { completion: 4 } })
    expect(server.requests[0]!.body.messages).toHaveLength(1)
    expect(server.requests[0]!.body).not.toHaveProperty('temperature')
    expect(host.shown.at(-1)!.bundle['text/plain']).toMatch(/^sample {2}2 \/ 2 .*1 row lost: 1 cut-off$/)
    expect(host.shown.at(-1)!.bundle['text/html']).toContain('<details')
  })

  it('asks nothing twice, and for n = 4 after n = 2 only for the rest', async () => {
    const server = await serve(plain)
    const m = model('m', { baseURL: server.url })
    const two = await sample(problems(3), { model: m, in: here(), n: 2 })
    expect(await sample(problems(3), { model: m, in: here(), n: 2 })).toEqual(two)
    expect(server.requests).toHaveLength(6)
    await here().close()
    const four = await sample(problems(3), { model: m, in: here(), n: 4 })
    expect(server.requests).toHaveLength(12)
    expect(four.filter(({ sample: k }) => k < 2)).toEqual(two)
    expect(host.shown.at(-1)!.bundle['text/plain']).toContain('6 from disk')
  })

  it('reuses a finished answer under another limit, and a cut-off one under its own only', async () => {
    const server = await serve(({ body }, response) =>
      say(
        response,
        'x',
        body.seed === seedFor('test/0', 0)
          ? {}
          : { finish: 'length', usage: { prompt_tokens: 1, completion_tokens: body.max_tokens! } },
      ),
    )
    const m = model('m', { baseURL: server.url })
    const at = (maxTokens: number) => sample(problems(2), { model: m, in: here(), maxTokens })
    await at(10)
    await at(20)
    expect(server.requests.slice(2).map(({ body }) => [body.seed, body.max_tokens])).toEqual([
      [seedFor('test/1', 0), 20],
    ])
    await at(10)
    const again = await at(20)
    expect(server.requests).toHaveLength(3)
    expect(again.map(({ settings, usage }) => [settings.maxTokens, usage.completion])).toEqual([
      [20, 3],
      [20, 20],
    ])
  })

  it('asks again when model, temperature, seed or system prompt change', async () => {
    const server = await serve(plain, ['m', 'other'])
    const ask = (options: object, extra: object = {}, id = 'm') =>
      sample(problems(1), { model: model(id, { baseURL: server.url, ...extra }), in: here(), ...options })
    await ask({})
    await ask({ temperature: 0 })
    await ask({ topP: 0.9 })
    await ask({ seed: 1 })
    await ask({}, { system: 'Be brief.' })
    await ask({}, {}, 'other')
    expect(server.requests).toHaveLength(6)
    await ask({}, { baseURL: `${server.url}/` })
    expect(server.requests).toHaveLength(6)
  })

  it('never has more requests open than its concurrency', async () => {
    const server = await serve(async (request, response) => {
      await wait(5)
      say(response, answerTo(request))
    })
    await sample(problems(20), { model: model('m', { baseURL: server.url, concurrency: 3 }), in: here() })
    expect(server.most).toBe(3)
  })

  it('gives rows as they finish to for await', async () => {
    const server = await serve(async (request, response) => {
      if (request.body.seed === seedFor('test/0', 0)) await wait(60)
      say(response, answerTo(request))
    })
    const ids: string[] = []
    for await (const { id } of sample(problems(3), { model: model('m', { baseURL: server.url }), in: here() }))
      ids.push(id)
    expect(ids.at(-1)).toBe('test/0')
  })

  it('refuses what cannot be, with something to type', async () => {
    const m = model('m', { baseURL: 'http://127.0.0.1:1/v1' })
    const options = { model: m, in: here() }
    for (const wrong of [
      { n: 0 },
      { n: 1.5 },
      { maxTokens: 0 },
      { temperature: 3 },
      { topP: 0 },
      { model: undefined },
      { in: 'runs/x' },
      { prompts: 'sky' },
    ])
      expect(() => sample(problems(1), { ...options, ...wrong } as never)).toThrow(
        expect.objectContaining({ code: 'bad-call', fix: expect.stringMatching(/\S/) }),
      )
    for (const wrong of [
      { concurrency: 0 },
      { retries: -1 },
      { baseURL: 'gpu-box:8000' },
      { timeout: 0 },
      { price: { prompt: -1, completion: 0 } },
    ])
      expect(() => model('m', wrong)).toThrow(expect.objectContaining({ code: 'bad-call' }))
    expect((await stoppedBy(sample([{ ...problem(1), prompt: '' }], options))).message).toMatch(
      /"test\/1" has no question/,
    )
    expect(await sample([], options)).toEqual([])
  })
})

describe('a request that fails', () => {
  it('is tried again after 429, waiting as long as the server says', async () => {
    const times: number[] = []
    const server = await serve((request, response) => {
      times.push(performance.now())
      if (request.nth === 0) refuse(response, 429, 'slow down', { 'retry-after': '1' })
      else if (request.nth === 1) refuse(response, 429, 'slow down', { 'retry-after-ms': '120' })
      else say(response, 'finally')
    })
    const [row] = await sample(problems(1), { model: model('m', { baseURL: server.url, retries: 1 }), in: here() })
    expect(row!.text).toBe('finally')
    expect(times[1]! - times[0]!).toBeGreaterThan(950)
    expect(times[2]! - times[1]!).toBeGreaterThan(115)
  })

  it('is tried again after 408, 409, 500, a reset, a stream that was cut and one that ended early', async () => {
    const faults: Act[] = [
      (_request, response) => refuse(response, 408, 'timeout'),
      (_request, response) => refuse(response, 409, 'conflict'),
      (_request, response) => refuse(response, 500, 'oops'),
      (_request, response) => void response.destroy(),
      (_request, response) => cut(response, 'reset'),
      (_request, response) => cut(response, 'polite'),
    ]
    for (const [n, fault] of faults.entries()) {
      const server = await serve((request, response) =>
        request.nth === 0 ? fault(request, response) : say(response, 'finally'),
      )
      const [row] = await sample([problem(n)], {
        model: model('m', { baseURL: server.url, retries: 1 }),
        in: here(),
      })
      expect(row).toMatchObject({ text: 'finally', finish: 'stop' })
      expect(server.requests).toHaveLength(2)
    }
  })

  it('becomes a row with the failure, is not kept, and the others go on', async () => {
    let broken = true
    const server = await serve((request, response) =>
      broken && request.body.messages.at(-1)!.content.includes('1 + 1')
        ? refuse(response, 400, 'this prompt is too long')
        : say(response, 'fine'),
    )
    const m = model('m', { baseURL: server.url, concurrency: 1 })
    const rows = await sample(problems(3), { model: m, in: here() })
    expect(rows.map(({ finish }) => finish)).toEqual(['stop', 'error', 'stop'])
    expect(rows[1]).toMatchObject({
      text: '',
      failure: expect.stringContaining('this prompt is too long'),
      usage: { prompt: 0, completion: 0 },
    })
    broken = false
    expect((await sample(problems(3), { model: m, in: here() }))[1]).toMatchObject({ finish: 'stop', text: 'fine' })
    expect(server.requests).toHaveLength(4)
  })

  it('ends the run when the first ones all fail alike for a reason that is not the row', async () => {
    const server = await serve((request, response) =>
      refuse(response, 400, `you asked for ${request.nth + 16_000} tokens, 4096 fit`),
    )
    const error = await stoppedBy(
      sample(problems(10), { model: model('m', { baseURL: server.url, concurrency: 2 }), in: here() }),
    )
    expect(error.code).toBe('bad-call')
    expect(error.message).toMatch(/first 3 requests .* failed alike.*tokens, 4096 fit/)
    expect(server.requests.length).toBeLessThan(7)
  })

  it('ends the run at once when the key is wrong, and shows no key', async () => {
    const key = 'sk-secret-0123456789'
    const server = await serve((_request, response) =>
      refuse(response, 401, `Incorrect API key provided: ${key}. Also sk-proj-abcdefghij.`),
    )
    const error = await stoppedBy(
      sample(problems(10), { model: model('m', { baseURL: server.url, apiKey: key }), in: here() }),
    )
    expect(error.code).toBe('bad-key')
    expect(`${error} ${error.stack}`).not.toMatch(/0123456789|abcdefghij/)
    expect(error.message).toContain('[key]')
  })

  it('ends the run when the model is not there, naming what is', async () => {
    const server = await serve(
      (_request, response) => refuse(response, 404, 'no such model'),
      ['llama-3', 'Qwen/QwQ-32B'],
    )
    const error = await stoppedBy(sample(problems(1), { model: model('QwQ', { baseURL: server.url }), in: here() }))
    expect(error).toMatchObject({ code: 'no-model', fix: "model('Qwen/QwQ-32B', …)" })
    expect(error.message).toMatch(/has no model QwQ; it offers: llama-3, Qwen\/QwQ-32B\./)
  })

  it('ends the run when nothing listens there', async () => {
    const server = await serve(plain)
    await server.close()
    const error = await stoppedBy(sample(problems(3), { model: model('m', { baseURL: server.url }), in: here() }))
    expect(error).toMatchObject({ code: 'no-server', fix: `Is the server up? Try: curl ${server.url}/models` })
    expect(error.message).toBe(`${server.url} refused the connection (ECONNREFUSED).`)
  })

  it('ends the run at once where there is no host of that name', async () => {
    const error = await stoppedBy(
      sample(problems(3), { model: model('m', { baseURL: 'http://nobody.invalid/v1', apiKey: 'k' }), in: here() }),
    )
    expect(error.code).toBe('no-server')
    expect(error.message).toMatch(
      /^(There is no host for http:\/\/nobody\.invalid\/v1 \(ENOTFOUND\)|.* cannot be reached \(EAI_AGAIN\))/,
    )
  })

  it('needs a key for a machine that is not local, and says where to put it; sends none to a neighbour', async () => {
    const before = { ...process.env }
    delete process.env.OPENAI_API_KEY
    delete process.env.OPENAI_BASE_URL
    try {
      const error = await stoppedBy(sample(problems(1), { model: model('gpt-4o-mini'), in: here() }))
      expect(error.code).toBe('no-key')
      expect(error.message).toBe('gpt-4o-mini at https://api.openai.com/v1 needs a key, and OPENAI_API_KEY is not set.')
      expect(error.fix).toContain("or pass one: model('gpt-4o-mini', { apiKey: process.env.MY_KEY })")
      process.env.OPENAI_API_KEY = 'sk-of-openai-12345'
      const server = await serve(plain)
      await sample(problems(1), { model: model('m', { baseURL: server.url }), in: here() })
      expect(server.requests[0]!.headers.authorization).toBe('Bearer none')
      process.env.OPENAI_BASE_URL = server.url
      await sample(problems(2), { model: model('m'), in: here() })
      expect(server.requests[1]!.headers.authorization).toBe('Bearer sk-of-openai-12345')
    } finally {
      process.env = before
    }
  })

  it('is given up when it takes too long', async () => {
    const server = await serve(() => undefined)
    const m = model('m', { baseURL: server.url, timeout: 0.05, retries: 0 })
    const [row] = await sample(problems(1), { model: m, in: here() })
    expect(row).toMatchObject({ finish: 'error', failure: expect.stringMatching(/no end within 0 s|timed out|broke/) })
  })
})

describe('money', () => {
  const price = { prompt: 1_000_000, completion: 1_000_000 }

  it('is counted from the usage, kept, and not spent twice', async () => {
    const server = await serve(plain)
    const m = model('m', { baseURL: server.url, price })
    const rows = await sample(problems(2), { model: m, in: here() })
    expect(rows.map(({ dollars }) => dollars)).toEqual([10, 10])
    await sample(problems(2), { model: m, in: here() })
    expect(here().spent()).toBe(20)
    expect(here().summary().toString()).toMatch(/\$20\.00 spent/)
  })

  it('stops before the request that would break the budget, and keeps what was paid for', async () => {
    const server = await serve(plain)
    const m = model('m', { baseURL: server.url, price: { prompt: 0, completion: 1_000_000 }, concurrency: 2 })
    const work = here(10)
    const error = await stoppedBy(sample(problems(9), { model: m, in: work, maxTokens: 4 }))
    expect(error.code).toBe('over-budget')
    expect(error.message).toMatch(/may cost \$4\.00; .* has \$1\.00 of its \$10\.00 left/)
    expect(server.requests).toHaveLength(3)
    expect(work.spent()).toBe(9)
    expect(await work.rows('sample')).toHaveLength(3)
    const rows = await sample(problems(9), { model: m, in: here(100), maxTokens: 4 })
    expect(rows).toHaveLength(9)
    expect(server.requests).toHaveLength(9)
  })

  it('cannot be kept where the price is unknown, and then nothing is sent', async () => {
    const m = model('m', { baseURL: 'https://models.example.com/v1', apiKey: 'k' })
    const error = await stoppedBy(sample(problems(1), { model: m, in: here(5) }))
    expect(error.message).toMatch(
      /^The price of m at https:\/\/models\.example\.com\/v1 is unknown, so the budget of \$5\.00/,
    )
    expect(error.fix).toMatch(/^model\('m', \{ price:/)
    const server = await serve(plain)
    await sample(problems(1), { model: model('m', { baseURL: server.url }), in: here(5) })
    expect(server.requests).toHaveLength(1)
  })

  it('that broken attempts cost is booked too', async () => {
    const server = await serve((request, response) =>
      request.nth === 0
        ? cut(response, 'reset')
        : say(response, 'ok', { usage: { prompt_tokens: 0, completion_tokens: 1 } }),
    )
    const m = model('m', { baseURL: server.url, price: { prompt: 0, completion: 1_000_000 } })
    await sample(problems(1), { model: m, in: here() })
    expect(here().spent()).toBe(3) // 'half of' is two tokens by the rule of thumb, 'ok' was one
  })

  it('is estimated without sending anything', async () => {
    const estimated = await estimate(problems(10), {
      model: model('gpt-4o-mini', { baseURL: 'https://api.openai.com/v1', concurrency: 5 }),
      n: 2,
      tokens: 1000,
    })
    expect(estimated).toMatchObject({ requests: 20, completionTokens: 20_000 })
    expect(estimated.dollars).toBeCloseTo((estimated.promptTokens * 0.15 + 20_000 * 0.6) / 1e6)
    expect(estimated.hours).toBeCloseTo(20_000 / 20 / 5 / 3600)
    expect(String(estimated)).toMatch(
      /^20 requests to gpt-4o-mini \(10 problems, 2 samples of each\).*Nothing was sent\./,
    )
    const unknown = await estimate(problems(1), { model: model('m', { baseURL: 'http://gpu-box:8000/v1' }) })
    expect(unknown.dollars).toBeNull()
    expect(String(unknown)).toMatch(/price of m is unknown/)
    const replayed = await estimate(problems(1), { model: model('m', { replay: 'm.jsonl' }) })
    expect(replayed.dollars).toBe(0)
    expect(String(replayed)).toMatch(/a replay takes seconds and costs nothing\. Asked of a real model/)
  })
})

describe('a preview', () => {
  it('shows the prompt as it is sent', () => {
    const shown = preview(problem(1))
    expect(String(shown)).toMatch(
      /^\[system\]\n.*\n\n\[user\]\nReturn your final response within \\boxed\{\}\. What is 1 \+ 1\?$/s,
    )
    expect(preview(problem(1), { model: model('m', { system: null }) }).system).toBeNull()
  })
})

describe('an interrupt', () => {
  it('at any moment stops new requests, and the cell run again ends as an undisturbed run does', async () => {
    const slow: Act = async (request, response) => {
      await wait(3 + (request.body.seed % 7))
      say(response, answerTo(request))
    }
    const quiet = await serve(slow)
    const undisturbed = await sample(problems(30), {
      model: model('m', { baseURL: quiet.url, concurrency: 4 }),
      in: workspace(path.join(folder, 'u')),
      n: 2,
    })
    const server = await serve(slow)
    const m = model('m', { baseURL: server.url, concurrency: 4 })
    const cell = () => sample(problems(30), { model: m, in: here(), n: 2 })
    let interrupted = 0
    for (const moment of [0, 4, 11, 23, 38, 41, 60]) {
      setTimeout(() => host.interrupt(), moment)
      const error = await stoppedBy(cell()).catch((other) => other)
      const atReturn = server.requests.length
      await wait(30)
      // What was on its way already may still arrive, and nothing else is sent.
      expect(server.requests.length).toBeLessThanOrEqual(atReturn + 4)
      if (error.code !== 'interrupted') continue
      interrupted++
      expect(error.fix).toBe('Run the cell again: it continues where it stopped.')
    }
    expect(interrupted).toBeGreaterThan(2)
    const resumed = await cell()
    const timeless = (rows: typeof resumed) => rows.map(({ seconds, firstSeconds, ...row }) => row)
    expect(timeless(resumed)).toEqual(timeless(undisturbed))
    // What was in flight at an interrupt is asked again, and nothing else.
    expect(server.requests.length).toBeLessThanOrEqual(60 + interrupted * 4)
    await workspace(path.join(folder, 'u')).close()
  })

  it('is obeyed while the server keeps everybody waiting', async () => {
    const server = await serve((_request, response) => refuse(response, 429, 'later', { 'retry-after': '600' }))
    setTimeout(() => host.interrupt(), 40)
    const error = await stoppedBy(sample(problems(5), { model: model('m', { baseURL: server.url }), in: here() }))
    expect(error.code).toBe('interrupted')
  })
})

describe('a secret', () => {
  it('never reaches a file', async () => {
    const key = 'sk-very-secret-9876543210'
    const server = await serve(plain)
    const file = path.join(folder, 'r.jsonl')
    const m = model('m', { baseURL: server.url.replace('127.0.0.1', 'localhost'), apiKey: key, record: file })
    await sample(problems(2), { model: m, in: here() })
    const written = readFileSync(file, 'utf8') + readFileSync(path.join(folder, 'w', 'journal', 'sample.jsonl'), 'utf8')
    expect(written).not.toContain('9876543210')
    expect(server.requests[0]!.headers.authorization).toBe(`Bearer ${key}`)
  })
})
