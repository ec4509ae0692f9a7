// What a batch's server may do wrong after it was paid: nothing is handed in twice, and the run says what to do.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { model, sample } from '../../src/sample/index.js'
import { type BatchServer, batchServer, completion } from './batch-server.js'
import { problems } from './sample-server.js'
import { begin, end, here, keep } from './sample-setting.js'
import { stoppedBy } from './stopped-by.js'

let server: BatchServer
beforeEach(async () => {
  begin()
  server = keep(await batchServer(() => completion('It is \\boxed{2}.')))
})
afterEach(end)

const mini = () => model('gpt-4o-mini', { baseURL: server.url, batch: { poll: 0.02, gather: 0.05 } })

it('a batch that was made and never answered for is found by its token, and not made again', async () => {
  let broken = 0
  server.before = (request, response) => {
    if (request.method === 'POST' && request.url === '/v1/batches' && broken++ === 0)
      // The batch is made; the answer that says so does not arrive.
      response.end = () => response.destroy()
    return false
  }
  const rows = await sample(problems(5), { model: mini(), in: here() })
  expect(rows.map(({ finish }) => finish)).toEqual(Array(5).fill('stop'))
  expect(broken).toBe(1)
  expect(server.batches).toHaveLength(1)
  expect(server.billed).toHaveLength(5)
}, 60_000)

it.each([
  ['token_limit_exceeded', 'Enqueued token limit reached.', 'over-budget', /batch: \{ requests: 1 \}/],
  ['invalid_json_line', 'This line is not parseable.', 'bad-call', /^Change what the server objects to/],
])(
  'a batch that is refused as a whole (%s) says what the server said and what to do',
  async (code, message, as, fix) => {
    server.before = (request) => {
      const [batch] = server.batches
      if (request.method === 'GET' && batch) {
        batch.status = 'failed'
        batch.errors = { object: 'list', data: [{ code, message, param: null, line: 3 }] }
      }
      return false
    }
    const error = await stoppedBy(sample(problems(5), { model: mini(), in: here() }))
    expect(error).toMatchObject({
      code: as,
      message: `The batch batch_1 with 5 questions was refused: ${message} (line 3)`,
    })
    expect(error.fix).toMatch(fix)
    expect(server.billed).toHaveLength(0)
  },
  60_000,
)

it('a batch that cannot be looked at is still in the book, and its answers come when the cell is run again', async () => {
  server.before = (request, response) => {
    if (request.method !== 'GET') return false
    response.writeHead(403, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message: 'not today' } }))
    return true
  }
  const error = await stoppedBy(sample(problems(5), { model: mini(), in: here() }))
  expect(error.message).toMatch(/not today/)
  delete server.before
  expect(await sample(problems(5), { model: mini(), in: here() })).toHaveLength(5)
  expect(server.batches).toHaveLength(1)
  expect(server.billed).toHaveLength(5)
}, 60_000)
