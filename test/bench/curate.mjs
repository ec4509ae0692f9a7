// Duplicates and benchmark questions among training problems: what is found, what is flagged wrongly, rows a second and
// memory, beside text-dedup and datatrove on the same rows.
//
//   duplicates   real problems (each once by letters and digits), and planted beside them: copies, copies spelled
//                differently, one and three words changed, and the same with other numbers, which are other problems
//   benchmarks   real problems, and planted among them: a benchmark's questions verbatim, respelled, embedded in a longer
//                text, with other numbers, reworded; what is flagged among the real ones is counted apart
//   contests     the problems of AIME 1983 to 2023 beside AIME24 and MATH-500: how many each rule flags
//
// Peers: text-dedup's minhash.py and datatrove's MinHash pipeline, both at their own defaults but for the shingle of 5
// words and the threshold 0.7; datatrove's n-gram decontamination with its own normalisation, tokenizer and filter, at
// its 12 words and at 8; and the rule of s1 and open-r1 (a shared run of 8 words), written here from their documentation.
// Every tool runs in a process of its own; seconds are CPU seconds of that process and its children.
//
// `--rows 1000000` streams so many made-up rows through deduplicate and decontaminate, for their memory.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const title = 'curation: duplicates and benchmark questions, beside text-dedup and datatrove'
export const installs = 'text-dedup 0.4.0 and datatrove 0.10.1 with spaCy (PyPI), about 1.5 GB'
export const minutes = 8
export const options = { rows: { type: 'string', default: '0' } }

const here = path.join(path.dirname(fileURLToPath(import.meta.url)), 'curate')
const TRAIN = [
  'math_train.json',
  'aime_train_1983_2023.json',
  'gsm8k_test.jsonl',
  '../bench_code/rllm_leetcode_train.json',
]
const BENCHES = [
  ...['math500.jsonl', 'aime24_qwq.jsonl', 'amc23.jsonl', 'olympiadbench.jsonl', 'minerva_math.jsonl'],
  ...['../bench_code/lcb_v5_prompts.jsonl', '../bench_code/humaneval.jsonl'],
  ...['../bench_choice/mmlu_stem.jsonl', '../bench_choice/aqua.jsonl'],
]

/** @param {import('./tools/index.mjs').Tools} tools */
export async function run(tools) {
  const data = tools.data('bench_math')
  if (!data || !existsSync(data)) return tools.log('The benchmarks are not here, so there is nothing to measure on.')
  const { benchmarkPrompts } = await import('../../dist/src/problems/index.js')
  const load = async (names) => (await Promise.all(names.map((name) => benchmarkPrompts(path.join(data, name))))).flat()
  const [train, questions] = [await load(TRAIN), await load(BENCHES)]
  const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-bench-'))
  try {
    if (Number(tools.options.rows) > 0) return await million(tools, folder, train, questions)
    const python = {
      dedup: tools.python('text-dedup', ['text-dedup==0.4.0']),
      trove: tools.python('datatrove', ['datatrove[io,processing]==0.10.1', 'spacy']),
    }
    const duplicates = await benchDuplicates(tools, folder, train, python)
    const benchmarks = await benchBenchmarks(tools, folder, train, questions, python)
    const contests = await benchContests(folder, load)
    const tables = [duplicates, benchmarks, contests].map(({ markdown }) => markdown)
    tools.report('curate', tables.join('\n\n'), { duplicates, benchmarks, contests })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Numbers that look random and are the same in every run. */
function random(seed) {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4294967296
  }
}

const letters = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
const respelled = (text) =>
  text
    .replace(/\\frac/g, '\\dfrac')
    .replace(/\\left|\\right|\$/g, '')
    .replace(/\\cdot/g, '\\times')
    .replace(/\^2/g, '²')
    .replace(/\\pi/g, 'π')
    .replace(/\\sqrt/g, '√')
    .replace(/ /g, '\n')
const otherNumbers = (text, next) =>
  text.replace(/\d+/g, (n) => String(Number(n.slice(0, 6)) + 1 + Math.floor(next() * 7)))

/** So many words, each replaced by another word of its length class. */
function changed(text, n, next) {
  const words = text.split(/(\s+)/)
  const places = words.map((word, i) => (/^[a-z]{3,}$/i.test(word) ? i : -1)).filter((i) => i >= 0)
  for (let i = 0; i < n && places.length > 0; i++) {
    const [place] = places.splice(Math.floor(next() * places.length), 1)
    words[place] = `${words[place].slice(0, 2)}${'aeiou'[Math.floor(next() * 5)]}lar`
  }
  return words.join('')
}

/** Rows of a JSON Lines file, through one tool in a process of its own. */
function tool(program, args, environment = {}) {
  const run = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, HF_HUB_OFFLINE: '1', HF_DATASETS_OFFLINE: '1', ...environment },
  })
  if (run.status !== 0) throw new Error(`${path.basename(program)} ${args[0]} failed:\n${run.stderr.slice(-1500)}`)
  return JSON.parse(run.stdout.trim().split('\n').at(-1))
}

const lines = (rows) => rows.map((row) => JSON.stringify(row)).join('\n')

async function benchDuplicates(tools, folder, train, python) {
  const next = random(11)
  const seen = new Set()
  const base = train.filter(({ prompt }) => {
    const key = letters(prompt)
    return !seen.has(key) && seen.add(key) && prompt.split(/\s+/).length >= 20
  })
  const kinds = {
    copied: (text) => text,
    respelled,
    'one word changed': (text) => changed(text, 1, next),
    'three words changed': (text) => changed(text, 3, next),
    'other numbers': (text) => otherNumbers(text, next),
  }
  const planted = []
  for (const [kind, change] of Object.entries(kinds))
    for (let i = 0; i < 200; i++) {
      const one = base[Math.floor(next() * base.length)]
      const prompt = change(one.prompt)
      if (kind !== 'copied' && prompt === one.prompt) continue
      const answer = kind === 'other numbers' && one.answer ? `${one.answer}7` : one.answer
      planted.push({ ...one, id: `planted/${kind}/${i}`, of: one.id, prompt, answer })
    }
  const rows = [...base, ...planted].map(({ id, prompt, answer }) => ({ id, text: prompt, answer }))
  const file = path.join(folder, 'rows.jsonl')
  writeFileSync(file, lines(rows))
  const peers = {
    skylab: () => tool(process.execPath, [path.join(here, 'ours.mjs'), 'duplicates', file]),
    'text-dedup 0.4.0': () => tool(python.dedup, ['-P', path.join(here, 'peers.py'), 'text-dedup', file, folder]),
    'datatrove 0.10.1': () =>
      tool(python.trove, ['-P', path.join(here, 'peers.py'), 'datatrove-minhash', file, folder]),
  }
  // Which of the two a tool leaves out is its own business.
  const originals = new Set(planted.map(({ of }) => of))
  const results = []
  for (const [name, measure] of Object.entries(peers)) {
    const { flagged, cpu, seconds, rss } = measure()
    const set = new Set(flagged)
    const found = Object.fromEntries(
      Object.keys(kinds).map((kind) => {
        const own = planted.filter(({ id }) => id.split('/')[1] === kind)
        return [kind, [own.filter(({ id, of }) => set.has(id) || set.has(of)).length, own.length]]
      }),
    )
    const real = base.filter(({ id }) => set.has(id) && !originals.has(id)).length
    results.push({ name, found, real, cpu, seconds, rss })
    tools.log(`${name}: ${seconds.toFixed(1)} s, ${cpu.toFixed(1)} s of CPU`)
  }
  const names = Object.keys(kinds)
  const markdown = `Duplicates: ${base.length} real problems, ${planted.length} planted. The last kind is another problem and is to be kept.

| tool | ${names.join(' | ')} (flagged) | flagged among the real ones | rows a CPU second | MB |
|---|${'--:|'.repeat(names.length + 3)}
${results.map(({ name, found, real, cpu, rss }) => `| ${name} | ${names.map((kind) => found[kind].join(' of ')).join(' | ')} | ${real} | ${Math.round(rows.length / cpu)} | ${Math.round(rss)} |`).join('\n')}`
  return { rows: rows.length, results, markdown }
}

async function benchBenchmarks(tools, folder, train, questions, python) {
  const next = random(5)
  const kinds = {
    verbatim: (text) => text,
    respelled,
    embedded: (text) =>
      `Here is something that my teacher asked in class on Monday, and nobody could answer it. ${text} Please show all of your work, and give the result at the end of your answer.`,
    'other numbers': (text) => otherNumbers(text, next),
    '1 word in 10 changed': (text) => changed(text, Math.ceil(text.split(/\s+/).length / 10), next),
    '1 word in 5 changed': (text) => changed(text, Math.ceil(text.split(/\s+/).length / 5), next),
  }
  const drawn = Array.from({ length: 400 }, () => questions[Math.floor(next() * questions.length)])
  const planted = []
  for (const [kind, change] of Object.entries(kinds))
    for (const [i, one] of drawn.entries()) {
      const prompt = change(one.prompt)
      if (kind === 'verbatim' || prompt !== one.prompt) planted.push({ id: `planted/${kind}/${i}`, text: prompt })
    }
  // Each tool sees the planted ones apart from the real ones: six spellings of a question are not six questions.
  const real = path.join(folder, 'train.jsonl')
  const plants = path.join(folder, 'planted.jsonl')
  const bench = path.join(folder, 'bench.jsonl')
  writeFileSync(real, lines(train.map(({ id, prompt }) => ({ id, text: prompt }))))
  writeFileSync(plants, lines(planted))
  writeFileSync(bench, lines(questions.map(({ id, prompt }) => ({ id, text: prompt }))))
  const peers = {
    skylab: (file) => tool(process.execPath, [path.join(here, 'ours.mjs'), 'benchmarks', file, bench]),
    'datatrove 0.10.1, 12 words': (file) =>
      tool(python.trove, ['-P', path.join(here, 'peers.py'), 'datatrove-decont', file, bench, '12', folder]),
    'datatrove 0.10.1, 8 words': (file) =>
      tool(python.trove, ['-P', path.join(here, 'peers.py'), 'datatrove-decont', file, bench, '8', folder]),
    '8 words (s1, open-r1; reimplemented)': (file) =>
      tool(process.execPath, [path.join(here, 'ours.mjs'), 'eight', file, bench]),
  }
  const results = []
  for (const [name, measure] of Object.entries(peers)) {
    const [onReal, onPlanted] = [measure(real), measure(plants)]
    const set = new Set(onPlanted.flagged)
    const found = Object.fromEntries(
      Object.keys(kinds).map((kind) => {
        const own = planted.filter(({ id }) => id.split('/')[1] === kind)
        return [kind, [own.filter(({ id }) => set.has(id)).length, own.length]]
      }),
    )
    const { cpu, rss, seconds, apart } = onReal
    results.push({
      name,
      found,
      real: onReal.flagged.length,
      numbers: apart?.length ?? 0,
      apart: onPlanted.apart,
      cpu,
      rss,
      seconds,
    })
    tools.log(`${name}: ${seconds.toFixed(1)} s, ${cpu.toFixed(1)} s of CPU for ${train.length} rows`)
  }
  const names = Object.keys(kinds)
  const share = ([n, all]) => `${((100 * n) / all).toFixed(1)} %`
  const markdown = `Benchmark questions: ${train.length} real training problems against ${questions.length} questions of ${BENCHES.length} benchmarks; ${drawn.length} questions planted in ${names.length} ways. skylab tells other numbers apart: ${results[0].numbers} of the real ones are flagged as such and kept.

| tool | ${names.join(' | ')} (found) | flagged among the real ones | CPU s, index included | MB |
|---|${'--:|'.repeat(names.length + 3)}
${results.map(({ name, found, real: n, cpu, rss }) => `| ${name} | ${names.map((kind) => share(found[kind])).join(' | ')} | ${n} | ${cpu.toFixed(2)} | ${Math.round(rss)} |`).join('\n')}`
  return { rows: train.length, results, markdown }
}

/** The figures of lesson 05: words there are letters and digits, so that TeX does not hide a run. */
async function benchContests(folder, load) {
  const [aime, bench] = [path.join(folder, 'aime.jsonl'), path.join(folder, 'later.jsonl')]
  const old = await load(['aime_train_1983_2023.json'])
  const later = await load(['aime24_qwen_math.jsonl', 'math500.jsonl'])
  writeFileSync(aime, lines(old.map(({ id, prompt }) => ({ id, text: prompt }))))
  writeFileSync(bench, lines(later.map(({ id, prompt }) => ({ id, text: prompt }))))
  const skylab = tool(process.execPath, [path.join(here, 'ours.mjs'), 'benchmarks', aime, bench]).flagged.length
  const [eight, thirteen] = [8, 13].map((n) => {
    const runs = ({ prompt }) => {
      const words = prompt.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
      return words.slice(n - 1).map((_, i) => words.slice(i, i + n).join(' '))
    }
    const known = new Set(later.flatMap(runs))
    return old.filter((one) => runs(one).some((run) => known.has(run))).length
  })
  const markdown = `Of ${old.length} problems of AIME 1983 to 2023, beside ${later.length} questions of AIME24 and MATH-500: skylab flags ${skylab}, runs of 8 words ${eight}, runs of 13 words ${thirteen}.`
  return { rows: old.length, skylab, eight, thirteen, markdown }
}

/** Memory of a stream: rows are made as they are read. */
async function million(tools, folder, train, questions) {
  const bench = path.join(folder, 'bench.jsonl')
  const base = path.join(folder, 'base.jsonl')
  writeFileSync(bench, lines(questions.map(({ id, prompt }) => ({ id, text: prompt }))))
  writeFileSync(base, lines(train.map(({ id, prompt }) => ({ id, text: prompt }))))
  const found = {}
  for (const what of ['duplicates-stream', 'benchmarks-stream']) {
    found[what] = tool(process.execPath, [path.join(here, 'ours.mjs'), what, base, bench, tools.options.rows])
    const { seconds, cpu, rss, flagged } = found[what]
    tools.log(
      `${what}: ${tools.options.rows} rows in ${seconds.toFixed(0)} s (${cpu.toFixed(0)} s of CPU), ${Math.round(rss)} MB at most, ${flagged} flagged`,
    )
  }
  tools.report(
    'curate-rows',
    `| stream of ${tools.options.rows} rows | CPU s | MB at most | flagged |\n|---|--:|--:|--:|\n${Object.entries(found)
      .map(([name, { cpu, rss, flagged }]) => `| ${name} | ${cpu.toFixed(0)} | ${Math.round(rss)} | ${flagged} |`)
      .join('\n')}`,
    found,
  )
}
