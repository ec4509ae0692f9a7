// A long session: ten thousand cells of many kinds and two hundred interrupts in one kernel, with the types
// checked as a person has them checked. Nothing may be lost, out of order, or left behind.
//
//   npm run bench -- soak [--cells 10000] [--interrupts 200]
//   node test/bench/soak.mjs --cells 500 --interrupts 20     without the harness: prints JSON, status 1 where something leaks
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startKernel } from './soak/client.mjs'
import { measure } from './soak/processes.mjs'

export const title = 'A long session: 10,000 cells and 200 interrupts in one kernel'
export const installs = 'nothing'
export const minutes = 10
export const options = {
  cells: { type: 'string', default: '10000' },
  interrupts: { type: 'string', default: '200' },
}

/** Cells, what each must print, and what value it must have. */
const kinds = [
  (n) => ({ code: `let v${n % 200}: number = ${n}\nv${n % 200} + 1`, value: String(n + 1) }),
  (n) => ({ code: `for (let i = 0; i < 50; i++) console.log('${n}:' + i)`, print: lines(n, 50) }),
  (n) => ({ code: `const shared = { n: ${n}, list: [1, 2, 3].map((x) => x * ${n}) }\nshared.list.length`, value: '3' }),
  (n) => ({ code: `await new Promise((done) => setTimeout(done, 1))\nconsole.log('${n}:0')`, print: lines(n, 1) }),
  (n) => ({
    code: `display({ 'text/plain': 'a' }, { id: 'd${n}' }); display({ 'text/plain': 'b' }, { id: 'd${n}', update: true })`,
    shows: 2,
  }),
  (n) => ({ code: `function f${n % 50}<T>(x: T): T[] { return [x, x] }\nf${n % 50}(${n}).length`, value: '2' }),
  (n) => ({ code: `throw new RangeError('expected ${n}')`, fails: 'RangeError' }),
  (n) => ({ code: `setTimeout(() => console.log('late ${n}'), 5)\n0`, value: '0', late: `late ${n}\n` }),
  (n) => ({ code: `class C${n % 20} { #n = ${n}; get n() { return this.#n } }\nnew C${n % 20}().n`, value: String(n) }),
  () => ({
    code: `import { createHash } from 'node:crypto'\ncreateHash('sha256').update('x').digest('hex').length`,
    value: '64',
  }),
  (n) => ({
    code: `{ using c = comms.open('soak', { n: ${n} }); c.send({}, { buffers: [new Uint8Array(1000)] }) }`,
    comms: 3,
  }),
  (n) => ({ code: `const bytes${n % 5} = Buffer.alloc(200_000)\nbytes${n % 5}.length`, value: '200000' }),
]
/** Now and then: what costs a process. */
const rare = (n) => ({
  code: `import { execFileSync, spawn } from 'node:child_process'\nspawn('true').unref(); execFileSync('echo', ['${n}:0']).toString()`,
  value: `'${n}:0\\n'`,
})
const endless = [
  'while (true) {}',
  'await new Promise(() => {})',
  'await null; for (;;) {}',
  'setInterval(() => {}, 1); await new Promise(() => {})',
  "await (await fetch('data:,x')).text(); while (true) { try { for (;;) {} } catch {} }",
]

/** Runs the session; gives figures at twenty places, and what was wrong. */
export async function soak(root, { cells, interrupts, log = () => {} }) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
  const kernel = await startKernel(root, folder)
  const wrong = []
  const fault = (text) => {
    wrong.push(text)
    if (wrong.length <= 50) log(`!! ${text}`)
  }
  const late = new Map()
  const came = new Map()
  kernel.onOutput(({ type, parent, content }) => {
    if (type === 'stream') for (const text of content.text.match(/late \d+\n/g) ?? []) came.set(text, parent)
  })
  const places = []
  const times = []
  const every = Math.max(1, Math.floor(cells / 20))
  const stopEvery = Math.max(2, Math.floor(cells / interrupts))
  let stopped = 0
  try {
    await kernel.execute('1')
    for (let n = 1; n <= cells; n++) {
      const cell = n % 97 === 0 ? rare(n) : kinds[n % kinds.length](n)
      const began = performance.now()
      const ran = await kernel.execute(cell.code)
      times.push(performance.now() - began)
      if (cell.late) late.set(cell.late, ran.id)
      for (const each of check(cell, ran)) fault(`cell ${n}: ${each}`)
      if (n % 25 === 0) {
        const { reply } = await kernel.request('complete_request', { code: 'shared.li', cursor_pos: 9 })
        if (n > 25 && !reply.content.matches.includes('list')) fault(`cell ${n}: completion does not know shared.list`)
        await kernel.request('inspect_request', { code: 'shared', cursor_pos: 3, detail_level: 0 })
      }
      if (n % stopEvery === 0 && stopped < interrupts) {
        const failed = await interrupted(kernel, endless[stopped % endless.length])
        if (failed) fault(`interrupt ${stopped}: ${failed}`)
        stopped++
      }
      if (n % every === 0 || n === cells) {
        const place = await look(kernel, n, times.splice(0))
        places.push(place)
        log(line(place))
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 1000))
    for (const [text, id] of late)
      if (came.get(text) !== id)
        fault(`${JSON.stringify(text)} ${came.has(text) ? 'came to another cell' : 'never came'}`)
    // With nothing left to do, what is still held is held for good.
    places.push({ ...(await look(kernel, cells, [0])), rest: true })
  } finally {
    await kernel.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { cells, interrupts: stopped, places, wrong: [...wrong, ...leaks(places)] }
}

function check({ print, value, fails, shows, comms }, { reply, outputs }) {
  const faults = []
  const of = (type) => outputs.filter((message) => message.type === type)
  const text = of('stream')
    .filter(({ content }) => content.name === 'stdout' && !content.text.startsWith('late '))
    .map(({ content }) => content.text)
    .join('')
  if ((reply.content.ename ?? 'none') !== (fails ?? 'none'))
    faults.push(`ended with ${reply.content.ename}: ${reply.content.evalue}`)
  if (fails && of('error').length !== 1) faults.push(`${of('error').length} errors`)
  if (text !== (print ?? '')) faults.push(`printed ${JSON.stringify(text.slice(0, 80))}`)
  const found = of('execute_result')[0]?.content.data['text/plain']
  if (found !== value) faults.push(`its value is ${found}, not ${value}`)
  const shown = outputs.filter(({ type }) => type.endsWith('display_data')).length
  if (shown !== (shows ?? 0)) faults.push(`${shown} displays`)
  const said = outputs.filter(({ type }) => type.startsWith('comm_')).length
  if (said !== (comms ?? 0)) faults.push(`${said} comm messages`)
  if (of('stream').some(({ content }) => content.name === 'stderr'))
    faults.push(`stderr: ${of('stream').find(({ content }) => content.name === 'stderr').content.text}`)
  return faults
}

async function interrupted(kernel, code) {
  const running = kernel.execute(code)
  await new Promise((resolve) => setTimeout(resolve, 30))
  const began = performance.now()
  await kernel.request('interrupt_request', {}, 'control')
  const { reply } = await running
  const took = performance.now() - began
  if (reply.content.status !== 'error') return `${code} ended as ${reply.content.status}`
  if (took > 5000) return `${code} took ${(took / 1000).toFixed(1)} s to end`
  return undefined
}

/** What is held after n cells, and how long the cells since the last look took. */
async function look(kernel, n, times) {
  // What is garbage must not be counted: the runtime is asked to collect, as far as V8 lets itself be asked.
  const { outputs } = await kernel.execute(
    "JSON.stringify(process.getActiveResourcesInfo().filter((name) => name !== 'Immediate').sort())",
    { store_history: false },
  )
  const handles = outputs.find(({ type }) => type === 'execute_result').content.data['text/plain']
  const sorted = times.toSorted((a, b) => a - b)
  return {
    n,
    ...measure(kernel.child.pid),
    handles: JSON.parse(handles.replace(/^'|'$/g, '')),
    temporary: readdirSync(kernel.temporary).length,
    median: sorted[Math.floor(sorted.length / 2)],
    p99: sorted[Math.floor(sorted.length * 0.99)],
  }
}

/** What has grown between the first tenth and the end that must not grow. */
function leaks(places) {
  const first = places[Math.min(2, places.length - 2)]
  const last = places.at(-1)
  const found = []
  for (const name of ['kernel', 'runtime']) {
    if (!last[name]) {
      found.push(`there is no ${name} at the end`)
      continue
    }
    for (const [what, slack] of [
      ['descriptors', 3],
      ['threads', 2],
    ])
      if (last[name][what] > first[name][what] + slack)
        found.push(`${what} of the ${name}: ${first[name][what]} → ${last[name][what]}`)
    // A cell's source and places are kept for its errors: some kilobytes each.
    const perCell = ((last[name].megabytes - first[name].megabytes) * 1024) / Math.max(1, last.n - first.n)
    if (last.n >= 5000 && perCell > 30) found.push(`memory of the ${name}: ${perCell.toFixed(1)} kB for each cell`)
  }
  if (last.zombies > 0) found.push(`${last.zombies} children were not waited for`)
  if (last.others > first.others) found.push(`${last.others} other processes`)
  if (last.handles.length > first.handles.length + 2)
    found.push(`handles: ${first.handles.join()} → ${last.handles.join()}`)
  if (last.temporary > first.temporary) found.push(`${last.temporary} temporary files`)
  return found.map((each) => `left behind: ${each}`)
}

function line({ n, kernel, runtime, handles, median, p99, zombies, temporary }) {
  const held = (each) =>
    each ? `${each.megabytes.toFixed(0)} MB ${each.descriptors} fd ${each.threads} threads` : 'gone'
  return `${String(n).padStart(6)} cells: kernel ${held(kernel)}; runtime ${held(runtime)}, ${handles.length} handles; ${median.toFixed(1)} ms median, ${p99.toFixed(0)} ms p99; ${zombies} zombies, ${temporary} temporary files`
}

function lines(n, count) {
  return Array.from({ length: count }, (_, i) => `${n}:${i}\n`).join('')
}

export async function run({ root, report, log, options: given }) {
  const result = await soak(root, {
    cells: Number(given?.cells ?? 10_000),
    interrupts: Number(given?.interrupts ?? 200),
    log,
  })
  report('soak', markdown(result), result)
  if (result.wrong.length > 0) throw new Error(result.wrong.slice(0, 10).join('\n'))
}

function markdown({ cells, interrupts, places, wrong }) {
  const chosen = [places[0], places[Math.floor(places.length / 2)], places.at(-2), places.at(-1)]
  const row = ({ n, rest, kernel, runtime, handles, median, p99, zombies, temporary }) => {
    const held = ({ megabytes, descriptors, threads }) => `${megabytes.toFixed(0)} MB, ${descriptors}, ${threads}`
    const times = rest ? '' : `${median.toFixed(1)} / ${p99.toFixed(0)}`
    return `| ${rest ? 'at rest' : n} | ${held(kernel)} | ${held(runtime)} | ${handles.length} | ${zombies} | ${temporary} | ${times} |`
  }
  return [
    `${cells} cells, ${interrupts} interrupts: ${wrong.length === 0 ? 'every output complete, in order and under its own cell; nothing left behind' : `${wrong.length} faults`}.`,
    '',
    '| cells | kernel: memory, descriptors, threads | runtime: the same | handles | zombies | temporary files | ms a cell, median / p99 |',
    '|---|---|---|---|---|---|---|',
    ...chosen.map(row),
    ...wrong.slice(0, 20).map((each) => `- ${each}`),
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options })
  const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
  const result = await soak(root, {
    cells: Number(values.cells),
    interrupts: Number(values.interrupts),
    log: (text) => process.stderr.write(`${text}\n`),
  })
  process.stdout.write(`${JSON.stringify(result)}\n`)
  process.exit(result.wrong.length > 0 ? 1 : 0)
}
