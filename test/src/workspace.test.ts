import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MimeBundle } from '../../src/host.js'
import { Stopped } from '../../src/stopped.js'
import {
  canonical,
  count,
  dollars,
  duration,
  keyOf,
  Progress,
  pool,
  Step,
  workspace,
} from '../../src/workspace/index.js'
import { stoppedBy } from './stopped-by.js'

let folder: string
const shown: { bundle: MimeBundle; id?: string; update?: boolean; final?: boolean }[] = []
let interrupt = new AbortController()
const HOST = Symbol.for('skylab.host')

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
  shown.length = 0
  interrupt = new AbortController()
  Object.assign(globalThis, {
    [HOST]: {
      display: (bundle: MimeBundle, options = {}) => void shown.push({ bundle, ...options }),
      signal: () => interrupt.signal,
      prompt: () => Promise.reject(new Error('nobody here')),
    },
  })
})

afterEach(async () => {
  await workspace(path.join(folder, 'w')).close()
  delete (globalThis as Record<symbol, unknown>)[HOST]
  rmSync(folder, { recursive: true, force: true })
})

const here = (budget?: number) => workspace(path.join(folder, 'w'), budget === undefined ? {} : { budget })
const file = (stage: string) => path.join(folder, 'w', 'journal', `${stage}.jsonl`)
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const answer = (value: unknown, cost?: number) => async () => ({ value, dollars: cost })

describe('keys', () => {
  it('do not depend on the order of members, and leave undefined out', () => {
    expect(canonical({ b: 1, a: [{ d: 1, c: 2 }], e: undefined })).toBe('{"a":[{"c":2,"d":1}],"b":1}')
    expect(keyOf({ a: 1, b: 2 })).toBe(keyOf({ b: 2, a: 1 }))
    expect(keyOf({ a: 1 })).not.toBe(keyOf({ a: 2 }))
    expect(keyOf({ a: 1 })).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('words', () => {
  it('says counts, money and time as a reader does', () => {
    expect(count(1, 'row')).toBe('1 row')
    expect(count(1200, 'row')).toBe('1,200 rows')
    expect([0, 0.0021, 0.41, 12.345, 150, 1862.4].map(dollars)).toEqual([
      '$0',
      '$0.0021',
      '$0.41',
      '$12.35',
      '$150',
      '$1,862',
    ])
    expect([0.42, 48, 60, 200, 18720, 183600].map(duration)).toEqual([
      '0.4 s',
      '48 s',
      '1 min',
      '3 min 20 s',
      '5 h 12 min',
      '2 d 3 h',
    ])
  })
})

describe('a journal', () => {
  it('gives back what was kept, without doing the work again, after it was closed and opened', async () => {
    let calls = 0
    const work = async () => ({ value: { text: 'naïve — “日本” \u2028', n: ++calls }, dollars: 0.25 })
    const first = await here().once('sample', { q: 1 }, work)
    expect(await here().once('sample', { q: 1 }, work)).toEqual(first)
    await here().close()
    expect(await here().once('sample', { q: 1 }, work)).toEqual(first)
    expect(calls).toBe(1)
    expect(here().spent()).toBe(0.25)
    expect(await here().rows('sample')).toEqual([first])
    expect(await here().rows('reformat')).toEqual([])
  })

  it('is on disk before it is given', async () => {
    await here().once('sample', { q: 1 }, answer('there'))
    expect(readFileSync(file('sample'), 'utf8')).toContain('"value":"there"')
  })

  it('does the same question once when it is asked twice at once', async () => {
    let calls = 0
    const work = async () => {
      calls++
      await wait(20)
      return { value: calls }
    }
    const both = await Promise.all([here().once('s', { q: 1 }, work), here().once('s', { q: 1 }, work)])
    expect(both).toEqual([1, 1])
  })

  it('tries again after a failure, and does not keep what is refused but books its cost', async () => {
    await expect(here().once('s', { q: 1 }, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await here().once('s', { q: 1 }, answer('bad', 0.5), () => false)).toBe('bad')
    expect(await here().once('s', { q: 1 }, answer('good', 0.25))).toBe('good')
    expect(await here().rows('s')).toEqual(['good'])
    expect(here().spent()).toBe(0.75)
    await here().close()
    expect(here().spent()).toBe(0.75)
  })

  it('heals a torn last line, wherever it was torn, and loses no good one', async () => {
    for (let i = 0; i < 3; i++) await here().once('s', { q: i }, answer(`row ${i} with "quotes" and \\ and }`))
    await here().close()
    const whole = readFileSync(file('s'))
    const last = whole.lastIndexOf(10, whole.length - 2) + 1
    for (let cut = last; cut < whole.length; cut++) {
      writeFileSync(file('s'), whole.subarray(0, cut))
      // The whole last line without its newline is not counted before something follows it; what counts is that nothing is lost.
      expect((await here().rows('s')).length).toBe(2)
      expect(await here().once('s', { q: 9 }, answer('after'))).toBe('after')
      await here().close()
      const rows = await here().rows('s')
      expect(rows).toContain('after')
      expect(rows).toEqual(
        expect.arrayContaining(['row 0 with "quotes" and \\ and }', 'row 1 with "quotes" and \\ and }']),
      )
      await here().close()
    }
  })

  it('ignores a line whose middle was damaged', async () => {
    await here().once('s', { q: 1 }, answer('first'))
    await here().once('s', { q: 2 }, answer('second'))
    await here().close()
    writeFileSync(file('s'), readFileSync(file('s'), 'utf8').replace('first', 'fizzt'))
    expect(await here().rows('s')).toEqual(['second'])
  })

  it('sees what another process has written meanwhile', async () => {
    const other = workspace(path.join(folder, 'x'))
    await other.once('s', { q: 'theirs' }, answer('theirs', 2))
    const line = readFileSync(path.join(folder, 'x', 'journal', 's.jsonl'))
    await other.close()
    await here().once('s', { q: 'ours' }, answer('ours', 1))
    appendFileSync(file('s'), line)
    expect(await here().once('s', { q: 'theirs' }, answer('asked again'))).toBe('theirs')
    expect(here().spent()).toBe(3)
    expect(await here().once('s', { q: 'third' }, answer('third'))).toBe('third')
    expect(await here().rows('s')).toEqual(['ours', 'theirs', 'third'])
  })

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full, and what is saved', async () => {
    mkdirSync(path.join(folder, 'w', 'journal'), { recursive: true })
    symlinkSync('/dev/full', file('full'))
    const error = await stoppedBy(here().once('full', { q: 1 }, answer('lost')))
    expect(error.code).toBe('disk')
    expect(error.message).toMatch(/disk is full.*ENOSPC/)
    expect(error.fix).toMatch(/df -h .*run the cell again/)
  })

  it('says that a folder cannot be one', () => {
    writeFileSync(path.join(folder, 'file'), '')
    expect(() => workspace(path.join(folder, 'file'))).toThrow(/cannot be a workspace/)
    expect(() => workspace('')).toThrow(/got "" for its folder/)
    expect(() => workspace('x', { budget: -1 })).toThrow(/budget -1/)
  })
})

describe('a budget', () => {
  it('stops before the request that would break it, in words and with a fix that can be typed', async () => {
    const work = here(1)
    const first = await work.reserve(0.6)
    await work.once('s', { q: 1 }, answer('paid', 0.6))
    first.release()
    const error = await stoppedBy(work.reserve(0.5))
    expect(error.code).toBe('over-budget')
    expect(error.message).toMatch(/may cost \$0\.50; .* has \$0\.40 of its \$1\.00 left\. It was not sent\./)
    expect(error.fix).toContain('budget: 1.5')
    await expect(work.reserve(0.4)).resolves.toBeDefined()
  })

  it('waits for money that requests under way have set aside and will give back', async () => {
    const work = here(1)
    const first = await work.reserve(0.9)
    let got = false
    const second = work.reserve(0.5).then((money) => {
      got = true
      return money
    })
    await wait(10)
    expect(got).toBe(false)
    first.release()
    first.release()
    await second
    expect(got).toBe(true)
  })

  it('is raised by opening the workspace again', async () => {
    const work = here(1)
    await expect(work.reserve(2)).rejects.toThrow(/not sent/)
    expect(here(5)).toBe(work)
    await expect(work.reserve(2)).resolves.toBeDefined()
  })
})

describe('pool', () => {
  it('runs at most so many at once and gives each as it finishes, with its place', async () => {
    let live = 0
    let most = 0
    const seen: [number, number][] = []
    for await (const { row, place } of pool([30, 5, 20, 1, 10], 2, async (ms) => {
      most = Math.max(most, ++live)
      await wait(ms)
      live--
      return ms
    }))
      seen.push([row, place])
    expect(seen[0]![0]).toBe(5)
    expect(seen.map(([, place]) => place).sort()).toEqual([0, 1, 2, 3, 4])
    expect(seen.every(([row, place]) => [30, 5, 20, 1, 10][place] === row)).toBe(true)
    expect(most).toBe(2)
  })

  it('holds back when the reader is slow, and takes an endless source', async () => {
    let begun = 0
    const endless = async function* () {
      for (let i = 0; ; i++) yield i
    }
    for await (const { row } of pool(endless(), 3, async (i) => {
      begun++
      return i
    }))
      if (row >= 20) break
    expect(begun).toBeLessThan(30)
  })

  it('aborts what runs when one throws, and begins no other', async () => {
    const aborted: number[] = []
    let begun = 0
    const work = async (i: number, _place: number, signal: AbortSignal) => {
      begun++
      if (i === 2) throw new Error('two')
      await new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          aborted.push(i)
          reject(signal.reason)
        }),
      )
      return i
    }
    await expect(Array.fromAsync(pool([0, 1, 2, 3, 4, 5], 3, work))).rejects.toThrow('two')
    expect(begun).toBe(3)
    expect(aborted).toEqual([0, 1])
  })

  it('lets running rows finish when the budget is spent, because they are being paid for', async () => {
    const rows: number[] = []
    const work = async (i: number) => {
      if (i === 1) throw new Stopped('over-budget', 'spent', 'raise it')
      await wait(20)
      return i
    }
    await expect(
      (async () => {
        for await (const { row } of pool([0, 1, 2, 3], 2, work)) rows.push(row)
      })(),
    ).rejects.toThrow('spent')
    expect(rows).toEqual([0])
  })

  it('throws what its source throws, and an abort from outside', async () => {
    const broken = async function* () {
      yield 1
      throw new Error('source')
    }
    await expect(Array.fromAsync(pool(broken(), 2, async (i) => i))).rejects.toThrow('source')
    const outer = new AbortController()
    const reading = Array.fromAsync(pool([1, 2], 1, () => new Promise(() => {}), outer.signal))
    outer.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
  })
})

describe('a step', () => {
  const step = (rows: number[], ms = 1, kept?: string) => {
    const plan = {
      label: 'double',
      total: rows.length,
      runs: 0,
      kept,
      run(signal: AbortSignal) {
        this.runs++
        return pool(rows, 3, async (i) => wait(ms * i).then(() => i * 2), signal)
      },
      describe: (row: number) => (row === 2 ? 'cut-off' : undefined),
    }
    return { plan, step: new Step<number>(plan) }
  }

  it('runs when it is awaited, once, and gives rows in the order of the input', async () => {
    const { plan, step: doubled } = step([5, 1, 3])
    await wait(5)
    expect(plan.runs).toBe(0)
    expect(await doubled).toEqual([10, 2, 6])
    expect(await doubled).toBe(await doubled)
    expect(await Array.fromAsync(doubled)).toEqual([10, 2, 6])
    expect(plan.runs).toBe(1)
  })

  it('gives rows as they finish to for await, and says so when it is read again', async () => {
    const { step: doubled } = step([30, 1])
    expect(await Array.fromAsync(doubled)).toEqual([2, 60])
    await expect(Array.fromAsync(doubled)).rejects.toMatchObject({
      code: 'bad-call',
      fix: expect.stringContaining('double(…) again'),
    })
  })

  it('leaves its final state: done, total, losses with their reason', async () => {
    await step([5, 1, 3]).step
    const last = shown.at(-1)!
    expect(last.final).toBe(true)
    expect(last.bundle['text/plain']).toMatch(/^double {2}3 \/ 3 · 0\.\d s · 1 row lost: 1 cut-off$/)
    expect(last.bundle['text/html']).toContain('currentColor')
    expect(String(last.bundle['text/html'])).not.toMatch(/white|#fff/)
    expect(new Set(shown.map(({ id }) => id)).size).toBe(1)
    expect(shown[0]!.update).toBe(false)
    expect(shown.slice(1).every(({ update }) => update)).toBe(true)
  })

  it('ends soon after an interrupt, even when its work does not listen, and says what is kept', async () => {
    const deaf = new Step<number>({
      label: 'deaf',
      total: 2,
      kept: 'runs/x',
      run: (signal) => pool([1, 2], 1, (i) => (i === 1 ? Promise.resolve(1) : new Promise<number>(() => {})), signal),
    })
    setTimeout(() => interrupt.abort(), 20)
    const error = await stoppedBy(deaf)
    expect(error.code).toBe('interrupted')
    expect(error.message).toBe('deaf was interrupted after 1 of 2 rows; they are in runs/x.')
    expect(error.fix).toMatch(/continues/)
    expect(shown.at(-1)!.bundle['text/plain']).toMatch(/1 \/ 2 · interrupted after/)
  })

  it('does not begin when the cell is interrupted already', async () => {
    interrupt.abort()
    const { step: doubled } = step([1])
    await expect(Promise.resolve(doubled)).rejects.toMatchObject({ code: 'interrupted' })
  })

  it('passes an error of its work on, and draws that it stopped', async () => {
    const broken = new Step<number>({
      label: 'broken',
      run: () => pool([1], 1, () => Promise.reject(new Error('inside'))),
    })
    await expect(Promise.resolve(broken)).rejects.toThrow('inside')
    expect(shown.at(-1)!.bundle['text/plain']).toMatch(/stopped after/)
  })

  it('ends its work when the reader breaks off', async () => {
    let ended = false
    const work = new Step<number>({
      label: 'endless',
      async *run() {
        try {
          for (let i = 0; ; i++) yield { row: i, place: i }
        } finally {
          ended = true
        }
      },
    })
    for await (const row of work) if (row === 3) break
    expect(ended).toBe(true)
    expect(shown.at(-1)!.final).toBe(true)
  })
})

describe('progress', () => {
  it('is drawn ten times a second at most, and the last state is exact', async () => {
    const progress = new Progress('fast', 100_000)
    for (let i = 0; i < 100_000; i++) progress.add({ dollars: 0.00001 })
    const drawn = shown.length
    progress.end('done')
    await wait(1)
    expect(drawn).toBeLessThan(100)
    expect(shown.at(-1)!.bundle['text/plain']).toMatch(/^fast {2}100,000 \/ 100,000 · .* · \$1\.00$/)
  })

  it('says when nobody knows the price, and what came from disk', async () => {
    const progress = new Progress('sample', 2)
    progress.add({ dollars: null })
    progress.add({ dollars: 3, reused: true })
    progress.end('done')
    await wait(1)
    expect(shown.at(-1)!.bundle['text/plain']).toMatch(/1 from disk · price unknown$/)
  })
})

describe('a summary', () => {
  it('shows stages, counts and money as text and as a table', async () => {
    const work = here(10)
    await work.once('sample', { q: 1 }, answer('a', 1.5))
    await work.once('sample', { q: 2 }, answer('b', 0.5))
    await work.charge('sample', 0.25)
    const summary = work.summary()
    expect(summary.spent).toBe(2.25)
    expect(summary.toString()).toMatch(
      /: \$2\.25 of \$10\.00 spent\n {2}stage +asked +kept .* cost +for nothing +since +on disk\n {2}sample +2 +2 +\$2\.00 +\$0\.25 +\d{4}-\d\d-\d\d \d\d:\d\d +\d+ bytes$/,
    )
    expect(summary.display()['text/html']).toContain('<td style="text-align:right">2</td>')
    expect(await (work as never as Record<symbol, () => unknown>)[Symbol.for('Jupyter.display')]!()).toEqual(
      summary.display(),
    )
  })
})
