// The journal: how fast answers are kept, how a million of them open, what two writers and compaction cost, beside
// SQLite doing the same in the same run; and what a kill loses.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const title = 'the journal: kept answers a second, a million rows opened, two writers, kills; beside SQLite'
export const installs = 'nothing'
export const minutes = 6
export const options = {
  rows: { type: 'string', default: '1000000' },
  kills: { type: 'string', default: '20' },
  only: { type: 'string', default: 'append,open,kills' },
}

const child = path.join(path.dirname(fileURLToPath(import.meta.url)), 'journal', 'child.mjs')

/** Runs a part in a process of its own; gives what it printed as JSON last, and its peak memory. */
function part(...args) {
  return new Promise((resolve, reject) => {
    const began = performance.now()
    const started = spawn(process.execPath, ['--no-warnings', child, ...args.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    started.stdout.on('data', (chunk) => {
      text += chunk
    })
    started.on('close', (status) => {
      if (status !== 0) reject(new Error(`${args.join(' ')} ended with ${status}`))
      else resolve({ ...JSON.parse(text.trim().split('\n').at(-1)), seconds: (performance.now() - began) / 1000 })
    })
  })
}

const size = (folder) =>
  readdirSync(folder, { recursive: true }).reduce((sum, name) => {
    const stat = statSync(path.join(folder, name))
    return sum + (stat.isFile() ? stat.size : 0)
  }, 0)
const mb = (bytes) => `${Math.round(bytes / 1e6).toLocaleString('en-US')} MB`
const whole = (n) => Math.round(n).toLocaleString('en-US')

/** @param {import('./tools/index.mjs').Tools} tools */
export async function run(tools) {
  const only = tools.options.only.split(',')
  mkdirSync(path.join(tools.root, 'runs'), { recursive: true })
  // On the disk on which work is kept, which a temporary folder may not be.
  const folder = mkdtempSync(path.join(tools.root, 'runs', 'journal-bench-'))
  const results = {}
  const tables = []
  try {
    if (only.includes('append')) tables.push(await append(tools, folder, results))
    if (only.includes('open')) tables.push(await open(tools, folder, results))
    if (only.includes('kills')) tables.push(await kills(tools, folder, results))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  tools.report('journal', tables.join('\n\n'), results)
}

/** 10,000 answers of 4 kB, 64 under way at a time, each on the disk (fdatasync) before it is given on. */
async function append(tools, folder, results) {
  const rows = 10_000
  const ours = []
  const theirs = []
  const both = []
  for (let round = 0; round < 3; round++) {
    ours.push((await part('append', 'skylab', path.join(folder, `a${round}`), rows, 64, 0)).rate)
    theirs.push((await part('append', 'sqlite', path.join(folder, `b${round}`), rows / 10, 64, 0)).rate)
    const two = await Promise.all(
      [0, 1].map((n) => part('append', 'skylab', path.join(folder, `c${round}`), rows, 64, n)),
    )
    const check = await part('open', 'skylab', path.join(folder, `c${round}`), 1)
    if (check.rows !== 2 * rows) throw new Error(`two writers left ${check.rows} of ${2 * rows} rows`)
    both.push(two[0].rate + two[1].rate)
    for (const name of ['a', 'b', 'c']) rmSync(path.join(folder, `${name}${round}`), { recursive: true, force: true })
  }
  results.append = { ours, theirs, both }
  const row = (name, rates) => `| ${name} | ${whole(tools.median(rates))} | ${rates.map(whole).join(', ')} |`
  tools.log('appended')
  return [
    `Answers kept a second, 4 kB each, 64 under way, each synced to the disk before it counts:`,
    '',
    '| | median | rounds |\n|---|--:|---|',
    row('skylab, one process', ours),
    row('skylab, two processes on one workspace, together', both),
    row('SQLite (node:sqlite, WAL, synchronous=FULL), one transaction an answer', theirs),
  ].join('\n')
}

async function open(tools, folder, results) {
  const rows = Number(tools.options.rows)
  const [ours, theirs] = [path.join(folder, 'million'), path.join(folder, 'million-sqlite')]
  const filled = await part('fill', 'skylab', ours, rows)
  tools.log(`${whole(rows)} rows in ${whole(filled.seconds)} s, compressed on the way`)
  const filledSqlite = await part('fill', 'sqlite', theirs, rows)
  const cells = []
  for (let round = 0; round < 3; round++)
    cells.push([await part('open', 'skylab', ours, 1000), await part('open', 'sqlite', theirs, 1000)])
  const streamed = await part('stream', 'skylab', ours)
  const streamedSqlite = await part('stream', 'sqlite', theirs)
  for (const [a, b] of cells)
    if (a.rows !== rows || b.rows !== rows) throw new Error(`${a.rows} and ${b.rows} rows of ${rows} were found`)
  if (streamed.rows !== rows) throw new Error(`${streamed.rows} rows of ${rows} were read`)
  const median = (of) => [0, 1].map((n) => tools.median(cells.map((pair) => of(pair[n]))))
  const lines = [
    ['open: every key known, s', median((it) => it.open).map((n) => n.toFixed(2))],
    ['memory then (RSS of the process), MB', median((it) => it.memory / 1e6).map(whole)],
    ['one answer by its key, at random, µs', median((it) => it.lookup).map(whole)],
    ['all rows read one after the other, s', [streamed, streamedSqlite].map((it) => it.read.toFixed(1))],
    ['memory at its peak while reading them, MB', [streamed, streamedSqlite].map((it) => whole(it.peak / 1e6))],
    ['on disk', [size(ours), size(theirs)].map(mb)],
    ['written in batches of 1,000, s', [filled, filledSqlite].map((it) => whole(it.fill))],
  ]
  results.open = { rows, cells, streamed, streamedSqlite, filled, filledSqlite }
  return [
    `${whole(rows)} answers, ${mb(filled.bytes)} of JSON Lines, in a fresh process:`,
    '',
    '| | skylab | SQLite |\n|---|--:|--:|',
    ...lines.map(([name, [a, b]]) => `| ${name} | ${a} | ${b} |`),
  ].join('\n')
}

/** Two processes sample in one workspace, and one of them is killed again and again. */
async function kills(tools, folder, results) {
  const times = Number(tools.options.kills)
  const rows = 400
  const width = 8
  const billed = new Map()
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    if (!text) return response.end('{"data":[{"id":"m"}]}')
    const { seed } = JSON.parse(text)
    billed.set(seed, (billed.get(seed) ?? 0) + 1)
    await new Promise((resolve) => setTimeout(resolve, 5 + (seed % 60)))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const say = (value) => response.write(`data: ${JSON.stringify(value)}\n\n`)
    say({ choices: [{ index: 0, delta: { role: 'assistant', content: `answer ${seed} `.repeat(500) } }] })
    say({
      choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
      usage: { prompt_tokens: 9, completion_tokens: 9 },
    })
    response.end('data: [DONE]\n\n')
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${server.address().port}/v1`
  const table = []
  let dir = path.join(folder, 'kills-0')
  const given = new Set()
  const random = mulberry(20)
  let run = 0
  let done = 0
  let paid = 0
  try {
    for (let kill = 1; kill <= times; kill++) {
      const pair = [0, 1].map(() => sampler(dir, url, rows, width, given))
      // A random moment after it has begun to answer, between two answers or in the middle of one.
      const enough = given.size + 1 + Math.floor(random() * 60)
      while (given.size < enough && pair.some(({ started }) => started.exitCode === null)) await sleep(5)
      await sleep(random() * 40)
      // Both at odd kills, one of them at even ones: the other goes on in what the dead one left.
      const victims = kill % 2 ? pair : pair.slice(0, 1)
      for (const { started } of victims) started.kill('SIGKILL')
      if (victims.length === 1) await Promise.race([pair[1].ended, sleep(300 + random() * 500)])
      for (const { started } of pair) started.kill('SIGKILL')
      await Promise.all(pair.map(({ ended }) => ended))
      const kept = await part('problems', 'skylab', dir)
      const lost = [...given].filter((id) => !kept.problems.includes(id)).length
      const total = [...billed.values()].reduce((sum, n) => sum + n, 0)
      const twice = total - paid - (kept.problems.length - done)
      table.push({
        kill,
        killed: victims.length,
        kept: kept.problems.length,
        given: given.size,
        lost,
        again: twice,
        bound: 2 * width,
      })
      done = kept.problems.length
      paid = total
      if (done > rows - 80) {
        dir = path.join(folder, `kills-${++run}`)
        given.clear()
        billed.clear()
        done = 0
        paid = 0
      }
    }
  } finally {
    server.closeAllConnections()
    server.close()
  }
  const lost = table.reduce((sum, row) => sum + row.lost, 0)
  const beyond = table.reduce((sum, row) => sum + Math.max(0, row.again - row.bound), 0)
  results.kills = { table, lost, beyond }
  if (lost > 0 || beyond > 0) throw new Error(`${lost} answers lost, ${beyond} paid twice beyond what was in flight`)
  return [
    `kill -9 at ${times} moments, two processes in one workspace, ${rows} questions, ${width} under way in each: ${lost} answers that were given on lost, ${beyond} paid for twice beyond what was in flight.`,
    '',
    '| kill | processes killed | answers on disk | given on | of those lost | paid, and in flight at the kill | most that can be in flight |\n|--:|--:|--:|--:|--:|--:|--:|',
    ...table.map(
      (row) =>
        `| ${row.kill} | ${row.killed} | ${row.kept} | ${row.given} | ${row.lost} | ${row.again} | ${row.bound} |`,
    ),
  ].join('\n')
}

function sampler(dir, url, rows, width, given) {
  const started = spawn(
    process.execPath,
    ['--no-warnings', child, 'sample', 'skylab', dir, url, rows, width].map(String),
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  started.stdout.on('data', (chunk) => {
    for (const id of chunk.toString().split('\n')) if (id.endsWith('.')) given.add(id.slice(0, -1))
  })
  return { started, ended: new Promise((resolve) => started.on('close', resolve)) }
}

const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms))

/** Numbers that are the same in every run. */
function mulberry(seed) {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), a | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

if (!existsSync(child) || readFileSync(child).length === 0) throw new Error(`${child} is missing`)
