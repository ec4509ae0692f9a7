// What a kept answer is good for: other limits, more samples, a server that has moved.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ModelOptions, model, sample } from '../../src/sample/index.js'
import { answerTo, problems, type Server, say } from './sample-server.js'
import { begin, end, here, serve } from './sample-setting.js'

beforeEach(begin)

afterEach(end)

/** A server whose answers take so many tokens, and are cut off where fewer are allowed. */
const limited = (tokens: number): Promise<Server> =>
  serve((request, response) => {
    const most = request.body.max_tokens ?? tokens
    const usage = { prompt_tokens: 7, completion_tokens: Math.min(tokens, most) }
    say(response, answerTo(request), { finish: tokens <= most ? 'stop' : 'length', usage })
  })

describe('a kept answer', () => {
  it('that came to its end holds for every limit above it, whichever limit it was asked under', async () => {
    const server = await limited(15)
    const m = model('m', { baseURL: server.url })
    const at = async (maxTokens: number) =>
      (await sample(problems(1), { model: m, in: here(), maxTokens })).map(({ finish, usage }) => [
        finish,
        usage.completion,
      ])
    expect(await at(10)).toEqual([['length', 10]])
    expect(await at(20)).toEqual([['stop', 15]])
    expect(server.requests).toHaveLength(2)
    expect(await at(4000)).toEqual([['stop', 15]])
    expect(await at(15)).toEqual([['stop', 15]])
    expect(await at(10)).toEqual([['length', 10]])
    expect(server.requests).toHaveLength(2)
    expect(await at(12)).toEqual([['length', 12]])
    expect(await at(12)).toEqual([['length', 12]])
    expect(await at(4000)).toEqual([['stop', 15]])
    expect(server.requests).toHaveLength(3)
    await here().close()
    expect(await at(4000)).toEqual([['stop', 15]])
    expect(server.requests).toHaveLength(3)
  })

  it('is not mixed up between two cells that ask the same at once under different limits', async () => {
    const server = await limited(15)
    const m = model('m', { baseURL: server.url })
    const finishes = await Promise.all(
      [10, 20, 10, 20].map(
        async (maxTokens) => (await sample(problems(1), { model: m, in: here(), maxTokens }))[0]!.finish,
      ),
    )
    expect(finishes).toEqual(['length', 'stop', 'length', 'stop'])
    expect(server.requests).toHaveLength(2)
  })

  it('is asked again at another address, unless that is said to be the same server', async () => {
    const first = await limited(15)
    const moved = await limited(15)
    const ask = (options: ModelOptions) => sample(problems(3), { model: model('m', options), in: here() })
    await ask({ baseURL: first.url })
    await ask({ baseURL: moved.url, identity: `${first.url}/` })
    expect([first.requests.length, moved.requests.length]).toEqual([3, 0])
    await ask({ baseURL: moved.url })
    expect(moved.requests).toHaveLength(3)
    await ask({ baseURL: first.url, identity: 'the box under the desk' })
    await ask({ baseURL: moved.url, identity: 'the box under the desk' })
    expect([first.requests.length, moved.requests.length]).toEqual([6, 3])
    expect(() => model('m', { identity: ' ' })).toThrow(/got " " for its identity/)
  })
})
