// What the library starts in a cell ends with the cell, whenever it is interrupted and whatever it does.
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cells, pause, until } from '../kernel/cells.js'
import { Obeying } from '../kernel/obeying.js'
import { BASE, row, writeSet } from '../src/train.data.js'
import { hasSshd, standInTrainer, startSshd } from '../src/train.sshd.js'

let obeying: Obeying
let cells: Cells

beforeAll(async () => {
  obeying = await Obeying.start()
  cells = obeying.cells
})
afterAll(() => obeying.close())

describe('a cell that is interrupted at any moment', () => {
  it.each([10, 60, 150, 320, 700])('sample after %i ms: no request comes after a second', (after) =>
    obeying.sampleAsksNoMore(after),
  )
  it('evaluate: no request comes after a second', () => obeying.evaluateAsksNoMore())

  it.runIf(hasSshd)('train: no byte of an upload comes after a second, and nothing trains', async () => {
    const sshd = await startSshd(path.join(cells.folder, 'sshd'))
    try {
      const dir = path.join(cells.folder, 'set')
      const size = 24_000_000
      const rows = Array.from({ length: 40 }, (_, at) => row(`${at}?`, randomBytes(size / 80).toString('hex')))
      const far = path.join(cells.folder, 'far')
      const options = {
        base: BASE,
        on: 'ssh://box',
        in: { dir },
        folder: far,
        setup: `PATH='${standInTrainer(cells.folder)}':$PATH`,
        sshConfig: sshd.config,
        force: true,
      }
      await cells.run(`const set = ${JSON.stringify(writeSet(dir, rows))}; const there = ${JSON.stringify(options)}`)
      sshd.slow(4_000_000)
      const running = cells.run('await train(set, there)')
      await until(() => sshd.sent() > 1_000_000, 'the upload')
      await cells.session.interrupt()
      expect(await running).toMatchObject({ status: 'error', interrupted: true })
      await pause(1000)
      const then = sshd.sent()
      await pause(1000)
      expect(sshd.sent()).toBe(then)
      expect(then).toBeLessThan(size / 2)
    } finally {
      await sshd.close()
    }
  })

  it('the workspace is free for the next call, which goes on where it was', () => obeying.goesOn())

  it.runIf(process.platform === 'linux')(
    'verify: no new process comes after a second, and the next call works',
    async () => {
      const pid = Number(await cells.value('process.pid'))
      const code = (program: string, stdin: string) =>
        `Array.from({ length: 200 }, (_, at) => ({ id: 'c/' + at, source: 'c', kind: 'code', domain: 'code', prompt: 'x', language: 'python', finish: 'stop', text: '\`\`\`python\\n${program}\\n\`\`\`', tests: [{ stdin: '${stdin}' + at, stdout: String(at) }] }))`
      for (const after of [150, 900]) {
        const running = cells.run(
          `await verify(${code('import time; time.sleep(0.3); print(input())', '')}, { workers: 2 })`,
        )
        await pause(after)
        await cells.session.interrupt()
        expect(await running).toMatchObject({ status: 'error', interrupted: true })
        await pause(1000)
        const then = new Set(below(pid))
        await pause(800)
        expect(below(pid).filter((each) => !then.has(each))).toEqual([])
      }
      expect(
        await cells.value(
          `(await verify(${code('print(input())', '')}.slice(0, 4), { workers: 2 })).filter((row) => row.verdict.ok).length`,
        ),
      ).toBe('4')
    },
  )
})

/** The processes below one. */
function below(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const status = readFileSync(`/proc/${entry}/stat`, 'utf8')
      parents.set(Number(entry), Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It ended meanwhile.
    }
  }
  const isBelow = (each: number | undefined): boolean =>
    each !== undefined && (each === pid || isBelow(parents.get(each)))
  return [...parents.keys()].filter((each) => each !== pid && isBelow(parents.get(each)))
}
