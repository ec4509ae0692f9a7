// Our own client: URL IN_FLIGHT ROWS FOLDER. Prints its CPU seconds and peak memory.
import { pathToFileURL } from 'node:url'

const [url, inFlight, rows, folder] = process.argv.slice(2)
const dist = pathToFileURL(`${process.cwd()}/dist/src/`)
const { model, sample } = await import(new URL('sample/index.js', dist))
const { workspace } = await import(new URL('workspace/index.js', dist))
const text = 'Solve the problem with care, step by step, and put the answer into a box. '.repeat(3)

function* asked() {
  for (let i = 0; i < Number(rows); i++)
    yield { id: `b/${i}`, source: 'b', kind: 'math', domain: 'math', prompt: `#${i}# ${text} What is ${i} + ${i}?` }
}

const used = () => (({ user, system }) => (user + system) / 1e6)(process.cpuUsage())
const [began, before] = [performance.now(), used()]
const m = model('m', { baseURL: url, concurrency: Number(inFlight), system: null })
const done = await sample([...asked()], { model: m, in: workspace(folder), maxTokens: 64 })
const seconds = (performance.now() - began) / 1000
console.log(
  JSON.stringify({ rows: done.length, seconds, cpu: used() - before, peak: process.resourceUsage().maxRSS / 1024 }),
)
