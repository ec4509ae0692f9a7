// kill -9 in the middle of sampling: nothing that was answered is asked again, whole lines only on disk.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { model, sample } from '../../src/sample/index.js'
import { workspace } from '../../src/workspace/index.js'
import { answerTo, chatServer, problems, type Server, say, testHost } from './sample-server.js'

const library = new URL('../../dist/src/', import.meta.url)
const rows = 40

let folder: string
let server: Server
let host: ReturnType<typeof testHost>

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
  host = testHost()
  server = await chatServer(async (request, response) => {
    await new Promise((resolve) => setTimeout(resolve, 2 + (request.body.seed % 9)))
    // Long enough that a journal line takes more than one page.
    say(response, answerTo(request) + ' and so on'.repeat(800))
  })
})

afterAll(async () => {
  await server.close()
  host.remove()
  rmSync(folder, { recursive: true, force: true })
})

/** Samples in a process of its own, which prints each row that it was given. */
function child(dir: string, width: number) {
  const script = `
    const { model, sample } = await import(${JSON.stringify(new URL('sample/index.js', library).href)})
    const { workspace } = await import(${JSON.stringify(new URL('workspace/index.js', library).href)})
    const asked = ${JSON.stringify(problems(rows))}
    const step = sample(asked, { model: model('m', { baseURL: ${JSON.stringify(server.url)}, concurrency: ${width} }), in: workspace(${JSON.stringify(dir)}) })
    for await (const row of step) process.stdout.write(row.id + '\\n')`
  const started = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const given: string[] = []
  started.stdout.on('data', (chunk: Buffer) => given.push(...chunk.toString().split('\n').filter(Boolean)))
  return { started, given, ended: new Promise((resolve) => started.on('close', resolve)) }
}

describe('kill -9', () => {
  it('at several moments loses no answer that was given, and pays again only for what was in flight', async () => {
    const dir = path.join(folder, 'killed')
    const width = 4
    let kills = 0
    const before = server.requests.length
    for (const after of [1, 3, 7, 2, 9]) {
      const { started, given, ended } = child(dir, width)
      await new Promise<void>((resolve) => {
        started.stdout.on('data', () => given.length >= after && resolve())
        started.on('close', () => resolve())
      })
      started.kill('SIGKILL')
      await ended
      kills++
      const work = workspace(dir)
      const kept = await work.rows<{ problem: string }>('sample')
      expect(kept.map(({ problem }) => problem)).toEqual(expect.arrayContaining(given))
      await work.close()
    }
    const m = model('m', { baseURL: server.url, concurrency: width })
    const work = workspace(dir)
    const resumed = await sample(problems(rows), { model: m, in: work })
    expect(server.requests.length - before).toBeLessThanOrEqual(rows + kills * width)
    await work.close()

    const other = workspace(path.join(folder, 'quiet'))
    const quiet = await sample(problems(rows), { model: m, in: other })
    await other.close()
    const timeless = (list: typeof quiet) => list.map(({ seconds, firstSeconds, ...row }) => row)
    expect(timeless(resumed)).toEqual(timeless(quiet))
  })

  it('two processes on one workspace write every answer whole, and ask each question once', async () => {
    const dir = path.join(folder, 'both')
    const before = server.requests.length
    const both = [child(dir, 4), child(dir, 4)]
    await Promise.all(both.map(({ ended }) => ended))
    for (const { given } of both) expect(new Set(given).size).toBe(rows)
    // What one has in flight the other waits for.
    expect(server.requests.length - before).toBe(rows)
    const work = workspace(dir)
    const kept = await work.rows<{ problem: string; content: string }>('sample')
    expect(kept.map(({ problem }) => problem).sort()).toEqual(
      problems(rows)
        .map(({ id }) => id)
        .sort(),
    )
    expect(kept.every(({ content }) => content.endsWith('and so on'))).toBe(true)
    await work.close()
  })
})
