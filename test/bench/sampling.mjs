// Sampling beside the openai package with asyncio and bespokelabs-curator, on one local server: requests a second, CPU of
// the client, memory, resuming what is answered, and what kill -9 loses.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'

export const title = 'sampling: requests a second, client CPU, memory, resume, kill -9'
export const installs = 'bespokelabs-curator 0.1.31 and openai 2.30.0 from PyPI (about 1 GB)'
export const minutes = 20
export const options = {
  kills: { type: 'string', default: '20' },
  resume: { type: 'string', default: '100000' },
  only: { type: 'string', default: 'speed,resume,kills' },
  rounds: { type: 'string', default: '1' },
}

const DELAY = 50
const IN_FLIGHT = [64, 256, 1024]

export async function run({ root, options: chosen, log, report, python, markdownTable, median }) {
  const program = python('sampling', ['bespokelabs-curator==0.1.31', 'openai==2.30.0'])
  const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-bench-'))
  const here = path.join(root, 'test/bench/sampling')
  const server = await serve(here, DELAY)
  const wanted = chosen.only.split(',')
  const rounds = Number(chosen.rounds)
  /** Each client: how it is started for so many rows, and how many of them are enough to time it. */
  const clients = [
    {
      name: 'skylab',
      rows: 6000,
      command: (width, rows, where) => [
        process.execPath,
        [path.join(here, 'skylab_client.mjs'), server.url, width, rows, where],
      ],
    },
    {
      name: 'openai, asyncio',
      rows: 1200,
      command: (width, rows, where) => [
        program,
        [path.join(here, 'openai_client.py'), server.url, width, rows, `${where}.jsonl`],
      ],
    },
    {
      name: 'curator',
      rows: 500,
      command: (width, rows, where) => [
        program,
        [path.join(here, 'curator_client.py'), server.url, width, rows, where],
      ],
    },
  ]
  const results = {}
  try {
    const parts = []
    if (wanted.includes('speed')) parts.push(await speed())
    if (wanted.includes('resume')) parts.push(await resume())
    if (wanted.includes('kills')) parts.push(await kills())
    report('sampling', parts.join('\n\n'), results)
  } finally {
    server.stop()
    rmSync(folder, { recursive: true, force: true })
  }

  /** Requests a second from the first to arrive to the last answered, as the server saw it; CPU of the client alone. */
  async function speed() {
    results.speed = []
    for (const width of IN_FLIGHT)
      for (const { name, rows, command } of clients) {
        const measured = []
        for (let round = 0; round < rounds; round++) {
          await server.stats()
          const said = await whole(
            command(width, Math.max(rows, 2 * width), path.join(folder, `${name}-${width}-${round}`)),
          )
          const { first, last, most, cpu } = await server.stats()
          measured.push({
            perSecond: (said.rows / (last - first)) * 1000,
            cpu: (said.cpu / said.rows) * 1000,
            peak: said.peak,
            most,
            server: cpu / ((last - first) / 1000),
          })
        }
        const of = (key) => median(measured.map((round) => round[key]))
        const row = {
          name,
          width,
          perSecond: of('perSecond'),
          cpu: of('cpu'),
          peak: of('peak'),
          most: of('most'),
          server: of('server'),
        }
        log(JSON.stringify(row))
        results.speed.push(row)
      }
    return `Requests a second, CPU of the client for one request (ms), its peak memory (MB). The server waits ${DELAY} ms and answers with 1 kB; skylab streams, the others do not. In brackets: the most that the server had open at once.

${markdownTable(
  ['client', ...IN_FLIGHT.map((width) => `${width} in flight`)],
  clients.map(({ name }) => [
    name,
    ...IN_FLIGHT.map((width) => {
      const row = results.speed.find((each) => each.name === name && each.width === width)
      return `${row.perSecond.toFixed(0)}/s (${row.most}), ${row.cpu.toFixed(2)} ms, ${row.peak.toFixed(0)} MB`
    }),
  ]),
)}

The server used ${Math.max(...results.speed.map((row) => row.server * 100)).toFixed(0)} % of a core at most.`
  }

  /** The same call again when every row is answered: nothing is asked. */
  async function resume() {
    results.resume = []
    const rows = Number(chosen.resume)
    for (const { name, command } of clients) {
      // curator would take the better part of an hour for all of them; a tenth says enough.
      const n = name === 'curator' ? Math.round(rows / 10) : rows
      const where = path.join(folder, `resume-${name}`)
      if (name === 'openai, asyncio') writeLines(`${where}.jsonl`, n)
      else await whole(command(512, n, where))
      await server.stats()
      const said = await whole(command(512, n, where))
      const { served } = await server.stats()
      const asked = served.filter(([row]) => row >= 0).length
      const row = { name, rows: n, kept: said.rows, asked, seconds: said.seconds, peak: said.peak }
      log(JSON.stringify(row))
      results.resume.push(row)
    }
    return `The same call again over answered rows: seconds until all rows are there.

${markdownTable(
  ['client', 'rows', 'asked again', 'seconds', 'peak MB'],
  results.resume.map((row) => [
    row.name,
    row.rows.toLocaleString('en'),
    row.asked,
    row.seconds.toFixed(1),
    row.peak.toFixed(0),
  ]),
)}`
  }

  /** kill -9 at random moments, and the same call again, until it ends by itself. */
  async function kills() {
    results.kills = []
    const times = Number(chosen.kills)
    const [width, rows] = [32, 700]
    for (const { name, command } of clients) {
      const where = path.join(folder, `kills-${name}`)
      await server.stats()
      /** Row → the run in which its answer last went out whole; how many answers of each run were asked for again. */
      const lastRun = new Map()
      const again = Array(times + 1).fill(0)
      let twice = 0
      const count = async (run) => {
        for (const [row, moments] of (await server.stats()).served) {
          if (row < 0) continue
          if (lastRun.has(row)) again[lastRun.get(row)]++
          twice += moments.length - (lastRun.has(row) ? 0 : 1)
          lastRun.set(row, run)
        }
      }
      for (let run = 0; run < times; run++) {
        await killed(command(width, rows, where))
        await count(run)
      }
      const said = await whole(command(width, rows, where))
      await count(times)
      const lost = again.reduce((sum, each) => sum + Math.max(0, each - width), 0)
      const row = { name, kills: times, rows: said.rows, lost, twice, inFlight: times * width }
      log(JSON.stringify(row))
      results.kills.push(row)
    }
    return `kill -9 at ${times} random moments of a run of ${rows} rows with ${width} in flight, each time the same call again. Paid twice: answers that went out whole and were asked for again. Lost: those of them beyond the ${width} that can be in flight at a kill, on the wire or unread in a socket.

${markdownTable(
  ['client', 'rows in the end', 'lost', 'paid twice', 'in flight at the kills'],
  results.kills.map((row) => [row.name, row.rows, row.lost, row.twice, row.inFlight]),
)}`
  }

  /** Starts a client and kills it at a random moment after the server has seen its first requests. */
  async function killed([file, args]) {
    const child = start(file, args)
    const ended = new Promise((resolve) => child.on('close', resolve))
    while (child.exitCode === null && !(await server.seen())) await sleep(20)
    await Promise.race([sleep(50 + Math.random() * 400), ended])
    child.kill('SIGKILL')
    await ended
  }
}

/** Runs a client to its end and gives what it said last. */
function whole([file, args]) {
  return new Promise((resolve, reject) => {
    const child = start(file, args)
    let [out, error] = ['', '']
    child.stdout.on('data', (data) => {
      out += data
    })
    child.stderr.on('data', (data) => {
      error = (error + data).slice(-3000)
    })
    child.on('close', (code) => {
      const last = out.trim().split('\n').at(-1) ?? ''
      if (code === 0 && last.startsWith('{')) resolve(JSON.parse(last))
      else reject(new Error(`${file} ${args.join(' ')} ended with ${code}: ${error}`))
    })
  })
}

function start(file, args) {
  return spawn(file, args.map(String), { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_PROXY: '*' } })
}

function writeLines(file, rows) {
  mkdirSync(path.dirname(file), { recursive: true })
  const text = ' step: so the sum is even, and it holds'.repeat(24)
  const lines = Array.from({ length: rows }, (_, id) =>
    JSON.stringify({ id, text, finish: 'stop', usage: { completion_tokens: 24 } }),
  )
  writeFileSync(file, `${lines.join('\n')}\n`)
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** The server as a process of its own. */
async function serve(here, delay) {
  const child = spawn(process.execPath, [path.join(here, 'server.mjs'), String(delay)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise((resolve) => child.stdout.once('data', (data) => resolve(Number(String(data)))))
  const get = (what) =>
    new Promise((resolve, reject) => {
      http
        .get(`http://127.0.0.1:${port}${what}`, (response) => {
          let text = ''
          response.on('data', (data) => {
            text += data
          })
          response.on('end', () => resolve(JSON.parse(text)))
        })
        .on('error', reject)
    })
  return {
    url: `http://127.0.0.1:${port}/v1`,
    stats: () => get('/stats'),
    seen: async () => (await get('/seen')).seen > 0,
    stop: () => child.kill(),
  }
}
