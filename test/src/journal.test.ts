// The journal through everything that can happen to a file: the answers that were whole are always exactly there.
import { spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keyOf } from '../../src/workspace/index.js'
import { Journal } from '../../src/workspace/journal.js'
import { decode, encode, scan } from '../../src/workspace/line.js'
import { Peers } from '../../src/workspace/peers.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = () => path.join(folder, 'journal', 's.jsonl')
const sealed = (name: string) => path.join(folder, 'journal', 'sealed', 's', name)
const key = (n: number) => keyOf({ n })
/** Text of every kind that a file can choke on. */
const text = (n: number) => `${n} “日本” naïve \u2028 "key":" \\ } {"key":" \r \0 ${'and so on '.repeat(n % 40)}`

/** A journal and the processes it believes in, which end together. */
function open(sealAt = 4_000) {
  const peers = new Peers(path.join(folder, 'journal', 'live'))
  const journal = new Journal(file(), 'w', { peers, sealAt })
  return {
    journal,
    put: (n: number) => journal.put(key(n), { n, text: text(n) }, 0.5, { prompt: 2, completion: n }),
    rows: () => [...journal.values<{ n: number }>()].map(({ n }) => n).sort((a, b) => a - b),
    close: async () => {
      await journal.close()
      peers.close()
    },
  }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits for the end of what the journal does in the background. */
async function settled(there: () => boolean) {
  for (let i = 0; i < 2000 && !there(); i++) await wait(10)
}

describe('a line', () => {
  it('is read back as it was written, and no bit of it can change unseen', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.nat(),
        fc.double({ noNaN: true }),
        fc.nat(),
        fc.nat(),
        (value, n, cost, bit, at) => {
          const line = encode(key(n), value, cost, { prompt: n, completion: at }, at + 1)
          expect(decode(line.bytes)).toEqual({
            key: key(n),
            sum: line.sum,
            dollars: Number.isFinite(cost) ? cost || 0 : 0,
            prompt: n,
            completion: at,
            at: at + 1,
          })
          expect(JSON.parse(line.bytes.toString()).value).toEqual(JSON.parse(JSON.stringify(value)))
          const changed = Buffer.from(line.bytes)
          changed[at % changed.length]! ^= 1 << (bit % 8)
          expect(decode(changed)).toBeUndefined()
        },
      ),
      { numRuns: 300 },
    )
  })

  it('is found whatever stands around it', () => {
    const junk = fc.oneof(
      fc.constant(Buffer.alloc(100)),
      fc.constant(Buffer.from('{"key":"')),
      fc.constant(Buffer.from('\n')),
      fc.constant(Buffer.from('\r\n')),
      fc.constant(Buffer.from('日').subarray(0, 2)),
      fc.nat(250).map((cut) => encode(key(7), text(7)).bytes.subarray(0, cut)),
      fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(junk, fc.nat(60)), { maxLength: 8 }), (parts) => {
        const lines = parts.map(([, n]) => encode(key(n), text(n)).bytes)
        const piece = Buffer.concat([...parts.flatMap(([bytes], i) => [bytes, lines[i]!]), Buffer.from('\n')])
        const found: Buffer[] = []
        let covered = 0
        const done = scan(piece, {
          line: (start, length) => found.push(piece.subarray(start, start + length)),
          damage: (_start, length) => {
            covered += length
          },
        })
        expect(done).toBe(piece.length)
        // A junk head could swallow nothing: what is whole is found, in order, and all else is reported.
        expect(found.map(String)).toEqual(expect.arrayContaining(lines.map(String)))
        const whole = found.reduce((sum, { length }) => sum + length, 0)
        const ends = piece.length - whole - covered
        expect(ends).toBeLessThanOrEqual(piece.toString('latin1').split(/[\r\n]/).length * 2)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a journal', () => {
  it('holds exactly the answers that were whole, after any row of writes, crashes, damage and compaction', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('put' as const), n: fc.nat(30) }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('cut' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('zeros' as const), n: fc.nat(300) }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('junk' as const), bytes: fc.uint8Array({ maxLength: 40 }) }),
      },
      { weight: 1, arbitrary: fc.constant({ do: 'reopen' as const }) },
      { weight: 2, arbitrary: fc.constant({ do: 'seal' as const }) },
      { weight: 1, arbitrary: fc.constant({ do: 'no index' as const }) },
      { weight: 1, arbitrary: fc.constant({ do: 'half sealed' as const }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        rmSync(path.join(folder, 'journal'), { recursive: true, force: true })
        let it = open(Number.POSITIVE_INFINITY)
        const whole = new Set<number>()
        /** What stands in the uncompressed file, as a reader who knows nothing of this code would say. */
        const inTail = () => {
          const bytes = existsSync(file()) ? readFileSync(file()) : Buffer.alloc(0)
          return [...Array(31).keys()].filter((n) => {
            const line = Buffer.from(`{"key":"${key(n)}"`)
            for (let at = bytes.indexOf(line); at !== -1; at = bytes.indexOf(line, at + 1)) {
              const end = bytes.indexOf('"}\n', at)
              if (end !== -1 && decode(bytes.subarray(at, end + 2))) return true
            }
            return false
          })
        }
        const inSealed = new Set<number>()
        for (const action of steps) {
          if (action.do === 'put') {
            await it.put(action.n)
            whole.add(action.n)
          } else if (action.do === 'seal') {
            await it.journal.seal()
            for (const n of inTail()) inSealed.add(n)
            for (const n of it.rows()) inSealed.add(n)
          } else if (action.do === 'reopen') {
            await it.close()
            it = open(Number.POSITIVE_INFINITY)
          } else {
            await it.close()
            if (action.do === 'cut' && existsSync(file())) {
              const size = Math.floor(statSync(file()).size * action.share)
              truncateSync(file(), size)
              // A line that lacks only its newline counts again with the next write: the test below has that cut.
              if (readFileSync(file(), 'latin1').endsWith('"}')) truncateSync(file(), size - 1)
              const still = new Set([...inTail(), ...inSealed])
              for (const n of [...whole]) if (!still.has(n)) whole.delete(n)
            } else if (action.do === 'zeros' && existsSync(file())) appendFileSync(file(), Buffer.alloc(action.n))
            else if (action.do === 'junk' && existsSync(file())) appendFileSync(file(), action.bytes)
            else if (action.do === 'no index' && existsSync(sealed('')))
              for (const name of readdirSync(sealed('')).filter((name) => name.endsWith('.index'))) rmSync(sealed(name))
            else if (action.do === 'half sealed' && existsSync(file())) {
              // A kill right after the file got its new name, with a piece of the next one begun.
              mkdirSync(sealed(''), { recursive: true })
              const next = readdirSync(sealed('')).filter((name) => /^\d+\.jsonl/.test(name)).length + 1
              for (const n of inTail()) inSealed.add(n)
              renameSync(file(), sealed(`${String(next + 100).padStart(6, '0')}.jsonl`))
              writeFileSync(sealed(`${String(next + 100).padStart(6, '0')}.jsonl.zst.part`), 'half')
            }
            it = open(Number.POSITIVE_INFINITY)
          }
          expect(it.rows()).toEqual([...whole].sort((a, b) => a - b))
        }
        for (const n of whole) expect(it.journal.get(key(n))).toEqual({ n, text: text(n) })
        expect(it.journal.size).toBe(whole.size)
        await it.close()
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('loses nothing wherever the file is cut, and counts no cent twice', async () => {
    let it = open()
    for (let n = 0; n < 4; n++) await it.put(n)
    await it.close()
    const bytes = readFileSync(file())
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1)
    for (let cut = 0; cut <= bytes.length; cut += cut > ends[2]! ? 1 : 7) {
      writeFileSync(file(), bytes.subarray(0, cut))
      it = open()
      const whole = ends.filter((end) => end <= cut).length
      expect(it.rows()).toEqual([0, 1, 2, 3].slice(0, whole))
      await it.put(9)
      // The last line lacks only its newline where the cut fell there: with one behind it, it counts again.
      const healed = ends.filter((end) => end - 1 <= cut).length
      expect(it.rows()).toEqual([...[0, 1, 2, 3].slice(0, healed), 9])
      expect(it.journal.dollars).toBe((healed + 1) * 0.5)
      await it.close()
    }
  })

  it('reads lines that end with \\r\\n, and says what is no line', async () => {
    let it = open()
    for (let n = 0; n < 3; n++) await it.put(n)
    await it.close()
    writeFileSync(file(), `${readFileSync(file(), 'utf8').replaceAll('\n', '\r\n')}half a line\n`)
    it = open()
    expect(it.rows()).toEqual([0, 1, 2])
    expect(it.journal.totals.damaged).toBe(1)
    await it.journal.seal()
    expect(readFileSync(path.join(folder, 'journal', 'damaged', 's.jsonl'), 'utf8')).toBe('half a line\n')
    expect(it.rows()).toEqual([0, 1, 2])
    await it.close()
  })

  it('compresses what is large while it goes on, and reads it back, also where a block or the index is damaged', async () => {
    let it = open()
    for (let n = 0; n < 60; n++) await it.put(n)
    await settled(() => existsSync(sealed('000001.index')))
    await it.journal.seal()
    const all = [...Array(60).keys()]
    expect(it.rows()).toEqual(all)
    expect(it.journal.get(key(3))).toEqual({ n: 3, text: text(3) })
    await it.close()
    const packed = readdirSync(sealed('')).filter((name) => name.endsWith('.zst'))
    expect(packed.length).toBeGreaterThan(1)
    expect(readdirSync(sealed('')).filter((name) => name.endsWith('.jsonl'))).toEqual([])
    for (const damage of [
      () => {},
      () => packed.map((name) => rmSync(sealed(name.replace('jsonl.zst', 'index')))),
      () => packed.map((name) => writeFileSync(sealed(name.replace('jsonl.zst', 'index')), 'no index')),
    ]) {
      damage()
      it = open()
      expect(it.rows()).toEqual(all)
      expect(it.journal.dollars).toBe(30)
      expect(it.journal.totals.completion).toBe(all.reduce((sum, n) => sum + n, 0))
      await it.close()
    }
    // One byte of the first part: its answers are gone, those of the others are not, and they can be kept again.
    const bytes = readFileSync(sealed(packed[0]!))
    bytes[bytes.length >> 1]! ^= 255
    writeFileSync(sealed(packed[0]!), bytes)
    it = open()
    const left = it.rows()
    expect(left.length).toBeGreaterThan(0)
    expect(left.length).toBeLessThan(60)
    expect(it.journal.totals.damaged).toBeGreaterThan(0)
    for (const n of all) if (!it.journal.has(key(n))) await it.put(n)
    expect(it.rows()).toEqual(all)
    await it.close()
  })

  it('goes on where another process seals the file under it', async () => {
    const one = open(Number.POSITIVE_INFINITY)
    const two = open(Number.POSITIVE_INFINITY)
    for (let n = 0; n < 40; n++) {
      await (n % 2 ? one : two).put(n)
      if (n % 7 === 0) await (n % 3 ? one : two).journal.seal()
    }
    const writes = [...Array(40).keys()].map((n) => (n % 2 ? one : two).put(100 + n))
    const seals = [one.journal.seal(), two.journal.seal(), wait(5).then(() => one.journal.seal())]
    await Promise.all([...writes, ...seals])
    const all = [...[...Array(40).keys()], ...[...Array(40).keys()].map((n) => 100 + n)]
    expect(one.rows()).toEqual(all)
    expect(two.rows()).toEqual(all)
    expect([one.journal.dollars, two.journal.dollars]).toEqual([40, 40])
    for (const it of [one, two]) for (const n of all) expect(it.journal.get(key(n))).toEqual({ n, text: text(n) })
    await Promise.all([one.close(), two.close()])
    const three = open()
    expect(three.rows()).toEqual(all)
    expect(three.journal.dollars).toBe(40)
    await three.close()
  })

  it('puts in place what the disk would not take, in this process or the next', async () => {
    mkdirSync(path.join(folder, 'journal'), { recursive: true })
    symlinkSync('/dev/full', file())
    let it = open()
    const stopped = await it.put(1).catch((error: Error) => error)
    expect(String(stopped)).toMatch(/disk is full.*1 answer that it did not take is in (\S+) and will be put in place/)
    expect(it.journal.get(key(1))).toEqual({ n: 1, text: text(1) })
    await it.close()
    it = open()
    expect(it.rows()).toEqual([1])
    rmSync(file())
    await it.journal.save()
    expect(readFileSync(file(), 'utf8')).toContain(key(1))
    await it.put(2)
    expect(it.journal.dollars).toBe(1)
    await it.close()
    it = open()
    expect(it.rows()).toEqual([1, 2])
    await it.close()
    expect(existsSync(/in (\S+) and/.exec(String(stopped))![1]!)).toBe(false)
  })

  it.skipIf(process.getuid?.() === 0)('that can only be read is read', async () => {
    let it = open()
    await it.put(1)
    await it.close()
    rmSync(path.join(folder, 'journal', 'live'), { recursive: true, force: true })
    chmodSync(path.join(folder, 'journal'), 0o555)
    chmodSync(file(), 0o444)
    it = open()
    expect(it.rows()).toEqual([1])
    expect(String(it.journal.readOnly)).toMatch(/cannot be written to \(EACCES\)/)
    await it.close()
    chmodSync(path.join(folder, 'journal'), 0o755)
  })
})

describe('kill -9 in the middle of compaction', () => {
  const library = new URL('../../dist/src/workspace/', import.meta.url)
  it('loses no answer, whenever it comes', async () => {
    const script = `
      const { Journal } = await import(${JSON.stringify(new URL('journal.js', library).href)})
      const { Peers } = await import(${JSON.stringify(new URL('peers.js', library).href)})
      const { keyOf } = await import(${JSON.stringify(new URL('canonical.js', library).href)})
      const peers = new Peers(${JSON.stringify(path.join(folder, 'journal', 'live'))})
      const journal = new Journal(${JSON.stringify(file())}, 'w', { peers, sealAt: 200_000 })
      let n = journal.size
      for (;;) {
        await Promise.all(Array.from({ length: 20 }, async (_, i) => {
          const k = n + i
          await journal.put(keyOf({ n: k }), { n: k, text: String(Math.random()).repeat(60) })
          process.stdout.write(k + '\\n')
        }))
        n += 20
      }`
    const said = new Set<number>()
    let packed = 0
    const moments = [120, 300, 500, 170, 420, 260]
    // A busy machine may not have come to compress anything in six times.
    for (let round = 0; round < moments.length || (packed === 0 && round < 30); round++) {
      const after = moments[round % moments.length]! * (1 + Math.floor(round / moments.length))
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let rest = ''
      const first = new Promise<void>((resolve) =>
        child.stdout.on('data', (chunk: Buffer) => {
          const lines = (rest + chunk).split('\n')
          rest = lines.pop()!
          for (const line of lines) said.add(Number(line))
          resolve()
        }),
      )
      const ended = new Promise((resolve) => child.on('close', resolve))
      await first
      await wait(after)
      child.kill('SIGKILL')
      await ended
      const it = open(Number.POSITIVE_INFINITY)
      const rows = new Set(it.rows())
      expect([...said].filter((n) => !rows.has(n))).toEqual([])
      await it.close()
      packed = readdirSync(sealed('')).filter((name) => name.endsWith('.zst')).length
    }
    expect(packed).toBeGreaterThan(0)
    const it = open()
    await it.journal.seal()
    expect(new Set(it.rows()).size).toBe(it.journal.size)
    expect(it.rows().length).toBeGreaterThanOrEqual(said.size)
    await it.close()
  }, 120_000)
})
