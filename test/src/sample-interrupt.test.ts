// The stop button at twenty random moments of a sampling cell, in one kernel process; then the same cell to its end.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cells, pause, until } from '../kernel/cells.js'
import { answerTo, chatServer, type Server, say } from './sample-server.js'

const ROWS = 2400
const WIDTH = 8

let cells: Cells
let server: Server

beforeAll(async () => {
  cells = await Cells.start()
  server = await chatServer(async (request, response) => {
    await pause(2 + (request.body.seed % 19))
    if (response.destroyed) return
    say(response, answerTo(request))
  })
  await cells.value(`import { model, sample, workspace } from 'skylab'
const asked = Array.from({ length: ${ROWS} / 2 }, (_, at) => ({ id: 'p/' + at, source: 'p', kind: 'math', domain: 'math', prompt: 'What is ' + at + ' + 4?', answer: '4' }))
const price = { prompt: 1000000, completion: 1000000 }
const m = model('m', { baseURL: '${server.url}', concurrency: ${WIDTH}, price }); 0`)
})
afterAll(async () => {
  await cells.close()
  await server.close()
})

describe('the stop button', () => {
  it('at twenty random moments is obeyed within a second, loses no row and pays for none twice beyond what was in flight', async () => {
    const cell = "const rows = await sample(asked, { model: m, in: workspace('stopped'), n: 2 })"
    let interrupted = 0
    let sent = 0
    for (let moment = 0; moment < 20; moment++) {
      const before = server.requests.length
      const running = cells.run(cell)
      await until(() => server.requests.length > before, 'a first request')
      // Anything from the first request to about a twentieth of the work.
      await pause(Math.random() * 60)
      const pressed = performance.now()
      await cells.session.interrupt()
      const shown = await running
      const took = performance.now() - pressed
      if (shown.status !== 'error') continue
      expect(shown.interrupted).toBe(true)
      expect(took).toBeLessThan(1000)
      interrupted++
      await pause(60)
      sent = server.requests.length
      await pause(60)
      expect(server.requests.length).toBe(sent)
    }
    expect(interrupted).toBeGreaterThan(15)
    expect((await cells.run(cell)).trace).toBe('')
    const asked = server.requests.length
    expect(asked).toBeLessThanOrEqual(ROWS + interrupted * WIDTH)
    // Run again it asks nothing, and the rows are those of a run that nobody disturbed.
    expect((await cells.run(cell)).trace).toBe('')
    expect(server.requests.length).toBe(asked)
    await cells.value("const quiet = await sample(asked, { model: m, in: workspace('quiet'), n: 2 }); 0")
    const same = await cells.value(`
const timeless = (list: typeof rows) => JSON.stringify(list.map(({ seconds, firstSeconds, ...row }) => row))
timeless(rows) === timeless(quiet) && rows.length === ${ROWS}`)
    expect(same).toBe('true')
    // What is kept was paid for once; what was in flight stands in the ledger beside it.
    const [kept, spent, once] = JSON.parse(
      await cells
        .value(`
const work = workspace('stopped')
const kept = await work.rows('sample')
JSON.stringify([kept.length, work.spent(), workspace('quiet').spent()])`)
        .then((text) => text.slice(1, -1)),
    ) as [number, number, number]
    expect(kept).toBe(ROWS)
    expect(spent).toBeGreaterThanOrEqual(once)
    expect(spent - once).toBeLessThanOrEqual(interrupted * WIDTH * 200)
  }, 120_000)
})
