// One part of the journal's benchmark, in a process of its own: child.mjs PART skylab|sqlite FOLDER …
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const [part, which, folder, ...rest] = process.argv.slice(2)
const library = new URL('../../../dist/src/', import.meta.url)
const { workspace } = await import(new URL('workspace/index.js', library).href)

const words = 'so the sum of these is even and we check it again by writing n as a product of two primes'.split(' ')

/** Text of about so many bytes that compresses as reasoning does, not as one sentence over and over. */
function prose(seed, bytes) {
  let text = ''
  for (let state = seed + 1; text.length < bytes; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    text += state % 5 === 0 ? `${state % 9973} ` : `${words[(state >>> 8) % words.length]} `
  }
  return text
}

const peak = () => {
  const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))
  return found ? Number(found[1]) * 1024 : process.memoryUsage().rss
}

async function sqlite(how) {
  const { DatabaseSync } = await import('node:sqlite')
  mkdirSync(folder, { recursive: true })
  const db = new DatabaseSync(path.join(folder, 'answers.db'))
  db.exec(
    `pragma journal_mode=wal; pragma synchronous=${how}; create table if not exists answers (key text primary key, value text)`,
  )
  return db
}

const say = (result) => process.stdout.write(`${JSON.stringify(result)}\n`)

const parts = {
  async append() {
    const [rows, width, offset] = rest.map(Number)
    const value = (n) => ({ problem: `p/${n}`, content: prose(n, 4000) })
    const values = Array.from({ length: rows }, (_, n) => value(n + offset * rows))
    let keep
    if (which === 'skylab') {
      const work = workspace(folder)
      keep = (n) =>
        work.once('sample', { n: n + offset * rows }, async () => ({
          value: values[n],
          tokens: { prompt: 9, completion: 900 },
        }))
    } else {
      const db = await sqlite('full')
      const insert = db.prepare('insert into answers values (?, ?)')
      keep = async (n) => insert.run(`${n}`, JSON.stringify(values[n]))
    }
    let next = 0
    const began = performance.now()
    await Promise.all(
      Array.from({ length: width }, async () => {
        while (next < rows) await keep(next++)
      }),
    )
    say({ rate: rows / ((performance.now() - began) / 1000) })
  },

  async fill() {
    const rows = Number(rest[0])
    let bytes = 0
    const began = performance.now()
    if (which === 'skylab') {
      const { Journal } = await import(new URL('workspace/journal.js', library).href)
      const { Peers } = await import(new URL('workspace/peers.js', library).href)
      const { encode } = await import(new URL('workspace/line.js', library).href)
      const { keyOf } = await import(new URL('workspace/canonical.js', library).href)
      const peers = new Peers(path.join(folder, 'journal', 'live'))
      const journal = new Journal(path.join(folder, 'journal', 'sample.jsonl'), 'bench', { peers })
      for (let n = 0; n < rows; n += 1000) {
        const lines = Array.from({ length: Math.min(1000, rows - n) }, (_, i) =>
          encode(keyOf({ n: n + i }), { n: n + i, content: prose(n + i, 900) }),
        )
        bytes += lines.reduce((sum, line) => sum + line.bytes.length + 1, 0)
        await Promise.all(lines.map((line) => journal.keep(line)))
      }
      await journal.seal()
      await journal.close()
      peers.close()
    } else {
      const { keyOf } = await import(new URL('workspace/canonical.js', library).href)
      const db = await sqlite('normal')
      const insert = db.prepare('insert into answers values (?, ?)')
      for (let n = 0; n < rows; n += 1000) {
        db.exec('begin')
        for (let i = n; i < Math.min(n + 1000, rows); i++)
          insert.run(keyOf({ n: i }), JSON.stringify({ n: i, content: prose(i, 900) }))
        db.exec('commit')
      }
      db.close()
    }
    say({ bytes, fill: (performance.now() - began) / 1000 })
  },

  async open() {
    const lookups = Number(rest[0])
    const { keyOf } = await import(new URL('workspace/canonical.js', library).href)
    const began = performance.now()
    let rows
    let get
    if (which === 'skylab') {
      const work = workspace(folder)
      rows = work.summary().stages[0].rows
      get = (n) => work.kept('sample', { n })
    } else {
      const db = await sqlite('normal')
      // What a client that resumes has to know: which keys are there.
      const keys = new Set()
      for (const { key } of db.prepare('select key from answers').iterate()) keys.add(key)
      rows = keys.size
      const one = db.prepare('select value from answers where key = ?')
      get = (n) => JSON.parse(one.get(keyOf({ n })).value)
    }
    const open = (performance.now() - began) / 1000
    const memory = process.memoryUsage().rss
    const asked = performance.now()
    if (lookups > 1)
      for (let i = 0, n = 7; i < lookups; i++, n = (n * 48271) % 2147483647)
        if (get(n % rows).n !== n % rows) throw new Error('another answer')
    say({ rows, open, memory, lookup: ((performance.now() - asked) * 1000) / lookups })
  },

  async stream() {
    const began = performance.now()
    let rows = 0
    let at = 0
    if (which === 'skylab') {
      for await (const { n } of workspace(folder).rows('sample')) if (n === at++) rows++
    } else {
      const db = await sqlite('normal')
      for (const { value } of db.prepare('select value from answers order by rowid').iterate())
        if (JSON.parse(value).n === at++) rows++
    }
    say({ rows, read: (performance.now() - began) / 1000, peak: peak() })
  },

  async problems() {
    const problems = []
    for await (const { problem } of workspace(folder).rows('sample')) problems.push(problem)
    say({ problems })
  },

  async sample() {
    const [url, rows, width] = [rest[0], Number(rest[1]), Number(rest[2])]
    const { model, sample } = await import(new URL('sample/index.js', library).href)
    const asked = Array.from({ length: rows }, (_, i) => ({
      id: `test/${i}`,
      source: 'test',
      kind: 'math',
      domain: 'math',
      prompt: `What is ${i} + ${i}?`,
      answer: String(2 * i),
    }))
    const step = sample(asked, { model: model('m', { baseURL: url, concurrency: width }), in: workspace(folder) })
    for await (const row of step) process.stdout.write(`${row.id}.\n`)
  },
}

await parts[part]()
process.exit(0)
