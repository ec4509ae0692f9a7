// A session whose cells ask a chat server that counts, for the tests of what an interrupt ends.
import { expect } from 'vitest'
import { chatServer, type Server, say } from '../src/sample-server.js'
import { Cells, pause, until } from './cells.js'

export class Obeying {
  readonly cells: Cells
  readonly server: Server

  private constructor(cells: Cells, server: Server) {
    this.cells = cells
    this.server = server
  }

  static async start(): Promise<Obeying> {
    const cells = await Cells.start()
    const server = await chatServer(async (_, response) => {
      await pause(30)
      say(response, 'The answer is 4.')
    })
    await cells.value(`import { evaluate, model, sample, train, verify, workspace } from 'skylab'
const work = workspace('work')
const asked = Array.from({ length: 400 }, (_, at) => ({ id: 'p/' + at, source: 'p', kind: 'math', domain: 'math', prompt: 'What is ' + at + ' + 4?', answer: '4' }))
const m = model('m', { baseURL: '${server.url}', concurrency: 8 }); 0`)
    return new Obeying(cells, server)
  }

  async close(): Promise<void> {
    await this.cells.close()
    await this.server.close()
  }

  /** Interrupts a cell some milliseconds after so many requests came, and counts what comes a second later. */
  async asksNoMore(code: string, { requests = 0, after = 0 }): Promise<void> {
    const before = this.server.requests.length
    const running = this.cells.run(code)
    await until(() => this.server.requests.length > before + requests, `more than ${requests} requests`)
    await pause(after)
    await this.cells.session.interrupt()
    expect(await running).toMatchObject({ status: 'error', interrupted: true })
    await pause(1000)
    const then = this.server.requests.length
    await pause(700)
    expect(this.server.requests.length).toBe(then)
    expect(then - before).toBeLessThan(400)
  }

  /** `sample`, interrupted so many milliseconds after its first request. */
  sampleAsksNoMore(after: number): Promise<void> {
    return this.asksNoMore(`await sample(asked, { model: m, in: work, temperature: 0.${after} })`, { after })
  }

  evaluateAsksNoMore(): Promise<void> {
    return this.asksNoMore("await evaluate(m, { benches: ['practice:bench'], in: work, k: 100 })", { requests: 20 })
  }

  /** The next call works, and goes on where it was. */
  async goesOn(): Promise<void> {
    const shown = await this.cells.run(
      'const rest = await sample(asked.slice(0, 20), { model: m, in: work, temperature: 0.10 }); rest.length',
    )
    expect(shown.trace).toBe('')
    expect(shown.value).toBe('20')
  }
}
