// What the library starts in a cell ends with the cell: counted where it arrives (test/ci has more of it).
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chatServer, type Server, say } from '../src/sample-server.js'
import { Cells, pause, until } from './cells.js'

let cells: Cells
let server: Server

beforeAll(async () => {
  cells = await Cells.start()
  server = await chatServer(async (_, response) => {
    await pause(30)
    say(response, 'The answer is 4.')
  })
  await cells.value(`import { evaluate, model, sample, workspace } from 'skylab'
const work = workspace('work')
const asked = Array.from({ length: 400 }, (_, at) => ({ id: 'p/' + at, source: 'p', kind: 'math', domain: 'math', prompt: 'What is ' + at + ' + 4?', answer: '4' }))
const m = model('m', { baseURL: '${server.url}', concurrency: 8 }); 0`)
})
afterAll(async () => {
  await cells.close()
  await server.close()
})

describe('a cell that is interrupted at any moment', () => {
  it.each([150])('sample after %i ms: no request comes after a second', async (after) => {
    const before = server.requests.length
    const running = cells.run(`await sample(asked, { model: m, in: work, temperature: 0.${after} })`)
    await until(() => server.requests.length > before, 'the first request')
    await pause(after)
    await cells.session.interrupt()
    expect(await running).toMatchObject({ status: 'error', interrupted: true })
    await pause(1000)
    const then = server.requests.length
    await pause(700)
    expect(server.requests.length).toBe(then)
    expect(then - before).toBeLessThan(400)
  })

  it('evaluate: no request comes after a second', async () => {
    const before = server.requests.length
    const running = cells.run("await evaluate(m, { benches: ['practice:bench'], in: work, k: 100 })")
    await until(() => server.requests.length > before + 20, 'some requests')
    await cells.session.interrupt()
    expect(await running).toMatchObject({ status: 'error', interrupted: true })
    await pause(1000)
    const then = server.requests.length
    await pause(700)
    expect(server.requests.length).toBe(then)
    expect(then - before).toBeLessThan(400)
  })

  it('the workspace is free for the next call, which goes on where it was', async () => {
    const shown = await cells.run(
      'const rest = await sample(asked.slice(0, 20), { model: m, in: work, temperature: 0.10 }); rest.length',
    )
    expect(shown.trace).toBe('')
    expect(shown.value).toBe('20')
  })
})
