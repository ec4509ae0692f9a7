// What a run will cost: reckoned without sending, and from some answers that are kept.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { estimate, listPrice, listPrices, model, sample } from '../../src/sample/index.js'
import { spread } from '../../src/sample/probe.js'
import { problem, problems, type Server, say } from './sample-server.js'
import { begin, end, here, serve } from './sample-setting.js'
import { stoppedBy } from './stopped-by.js'

let server: Server
/** Tokens of the answer to the problem with this number. */
const length = (n: number) => 100 + 10 * (n % 10)

beforeEach(async () => {
  begin()
  server = await serve(async ({ body }, response) => {
    const n = Number(/(\d+) \+/.exec(body.messages.at(-1)!.content)![1])
    await new Promise((resolve) => setTimeout(resolve, 5))
    say(response, 'x'.repeat(400), { usage: { prompt_tokens: 50, completion_tokens: length(n) } })
  })
})
afterEach(end)
const price = { prompt: 1, completion: 1_000_000 }

describe('an estimate', () => {
  it('sends nothing, gives bounds, and says what they rest on', async () => {
    const m = model('m', { baseURL: server.url, price, concurrency: 10 })
    const found = await estimate(problems(100), { model: m, n: 2 })
    expect(server.requests).toHaveLength(0)
    expect(found.requests).toBe(200)
    expect(found.completionTokens).toBe(200 * 4734)
    expect(found.range.completionTokens).toEqual({ low: 200 * 2089, high: 200 * 7379 })
    expect(found.dollars).toBeGreaterThan(found.range.dollars!.low)
    expect(found.dollars).toBeLessThan(found.range.dollars!.high)
    // 4,734 tokens at 20 a second, ten at once; half to double the speed.
    expect(found.hours).toBeCloseTo((200 * 4734) / 20 / 10 / 3600)
    expect(found.range.hours.high).toBeCloseTo((200 * 7379) / 10 / 10 / 3600)
    expect(String(found)).toMatch(
      /^200 requests to m \(100 problems, 2 samples of each\): .* to .*\. Nothing was sent\.\n/,
    )
    expect(String(found)).toContain('QwQ-32B-Preview')
  })

  it('from a probe asks so many, keeps them, and its bounds hold the truth', async () => {
    const m = model('m', { baseURL: server.url, price, concurrency: 10 })
    const asked = problems(200)
    const found = await estimate(asked, { model: m, in: here(), n: 2, probe: 20 })
    expect(server.requests).toHaveLength(20)
    expect(found.probe).toMatchObject({ answers: 20, failed: 0, cutOff: 0 })
    expect(found.kept).toBe(20)
    expect(found.requests).toBe(380)
    const before = here().spent()
    const rows = await sample(asked, { model: m, in: here(), n: 2 })
    expect(server.requests).toHaveLength(400)
    expect(rows).toHaveLength(400)
    const truth = here().spent() - before
    expect(truth).toBeGreaterThan(found.range.dollars!.low)
    expect(truth).toBeLessThan(found.range.dollars!.high)
    expect(Math.abs(found.dollars! / truth - 1)).toBeLessThan(0.1)
    expect(String(found)).toMatch(
      /20 answers were asked for to find out, for \$.*; sample does not ask for them again\./,
    )
    // All is there: nothing is left to pay.
    expect(await estimate(asked, { model: m, in: here(), n: 2 })).toMatchObject({ requests: 0, kept: 400, dollars: 0 })
  })

  it('needs a workspace for a probe', async () => {
    const m = model('m', { baseURL: server.url })
    expect((await stoppedBy(estimate(problems(3), { model: m, probe: 2 }))).code).toBe('bad-call')
    expect((await stoppedBy(estimate(problems(3), { model: m, in: here(), probe: 0 }))).code).toBe('bad-call')
    expect(server.requests).toHaveLength(0)
  })

  it('goes by the domain of each problem', async () => {
    const m = model('m', { baseURL: server.url, price })
    const code = await estimate([problem(1, { kind: 'code', domain: 'code', language: 'python' })], { model: m })
    expect(code.completionTokens).toBe(6742)
  })
})

describe('the 95 % interval of a mean', () => {
  it("is Student's", () => {
    // t(0.975, 19) = 2.0930, t(0.975, 4) = 2.7764.
    const of = (n: number) => {
      const values = Array.from({ length: n }, (_, i) => i)
      const mean = (n - 1) / 2
      const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1))
      return spread(values).reach / (sd / Math.sqrt(n))
    }
    expect(of(20)).toBeCloseTo(2.093, 2)
    expect(of(5)).toBeCloseTo(2.7764, 1)
  })
})

describe('list prices', () => {
  it('say when and where they were read, hold for snapshots, and at their own address only', () => {
    for (const each of listPrices) {
      expect(each.date).toMatch(/^20\d\d-\d\d$/)
      expect(each.source).toMatch(/^https:/)
      expect(each.cached ?? 0).toBeLessThan(each.prompt)
    }
    expect(listPrice('gpt-4o-mini-2024-07-18', 'https://api.openai.com/v1')).toMatchObject({
      prompt: 0.15,
      completion: 0.6,
    })
    expect(listPrice('gpt-4o-mini', 'http://127.0.0.1:8000/v1')).toBeUndefined()
    expect(model('gpt-4o-mini', { baseURL: 'https://api.openai.com/v1', batch: true }).price).toEqual({
      prompt: 0.075,
      completion: 0.3,
      cached: 0.0375,
    })
  })
})
