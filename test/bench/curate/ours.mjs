// One measurement in a process of its own: `ours.mjs WHAT FILE [BENCH [ROWS]]` prints what was flagged, seconds and memory.
import { readFileSync } from 'node:fs'

const [, , what, file, bench, rows] = process.argv
const read = (name) =>
  readFileSync(name, 'utf8')
    .split('\n')
    .map((line) => JSON.parse(line))
const { Benchmarks } = await import('../../../dist/src/curate/near.js')
const { Seen } = await import('../../../dist/src/curate/duplicates.js')
const input = read(file)
const problems = (list) => list.map(({ id, text, answer }) => ({ id, prompt: text, answer }))
const questions = bench ? problems(read(bench)) : []

const before = process.cpuUsage()
const began = performance.now()
const result = {
  duplicates,
  benchmarks,
  eight,
  'duplicates-stream': duplicatesStream,
  'benchmarks-stream': benchmarksStream,
}[what]()
const { user, system } = process.cpuUsage(before)
console.log(
  JSON.stringify({
    ...result,
    seconds: (performance.now() - began) / 1000,
    cpu: (user + system) / 1e6,
    rss: process.resourceUsage().maxRSS / 1024,
  }),
)

function duplicates() {
  const seen = new Seen()
  const flagged = problems(input)
    .filter((row) => seen.add(row))
    .map(({ id }) => id)
  return { flagged }
}

function benchmarks() {
  const found = new Benchmarks()
  found.add(questions)
  const traces = new Map()
  for (const { text } of input) if (!traces.has(text)) traces.set(text, found.survey(text))
  const [flagged, apart] = [[], []]
  for (const { id, text } of input) {
    const trace = traces.get(text)
    const overlap = trace && found.find(text, trace)
    if (overlap) flagged.push(id)
    if (overlap?.by === 'numbers') apart.push(id)
  }
  return { flagged, apart }
}

/** The rule of s1 and open-r1: lower case, words between spaces, any run of eight that both have. */
function eight() {
  const grams = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    return words.slice(0, Math.max(0, words.length - 7)).map((_, i) => words.slice(i, i + 8).join(' '))
  }
  const known = new Set(questions.flatMap(({ prompt }) => grams(prompt)))
  return { flagged: input.filter(({ text }) => grams(text).some((gram) => known.has(gram))).map(({ id }) => id) }
}

/** Made-up rows: a real problem with other numbers and some words changed, so that most are different. */
function* made(n) {
  let state = 7
  const next = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4294967296
  }
  for (let i = 0; i < n; i++) {
    const { text } = input[Math.floor(next() * input.length)]
    const prompt = text
      .replace(/\d+/g, () => String(Math.floor(next() * 1000)))
      .replace(/\b[a-z]{4,}\b/g, (word) => (next() < 0.2 ? `${word}${Math.floor(next() * 100)}` : word))
    yield { id: `made/${i}`, prompt }
  }
}

function duplicatesStream() {
  const seen = new Seen()
  let flagged = 0
  for (const row of made(Number(rows))) if (seen.add(row)) flagged++
  return { flagged }
}

function benchmarksStream() {
  const found = new Benchmarks()
  found.add(questions)
  const waiting = []
  for (const { prompt } of made(Number(rows))) {
    const trace = found.survey(prompt)
    if (trace) waiting.push([prompt, trace])
  }
  return { flagged: waiting.filter(([prompt, trace]) => found.find(prompt, trace)).length, waited: waiting.length }
}
