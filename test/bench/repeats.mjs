// Repetition: what the detector finds, beside what the detectors of serving engines and a training reward see on
// the same rows; and how fast.
//
// Their rules are written here from their documentation, and named as such:
//   vLLM       repetition_detection (0.17 and later): the end of the text repeats a pattern of at most
//              max_pattern_size tokens at least min_count times; here on words, with 32 words and 5 times,
//              and looked at after every word as the engine does after every token.
//   llama.cpp  the closed pull request 26039: periods of 16 to 1,024 tokens, four times, at the end.
//   open-r1    get_repetition_penalty_reward: 1 − distinct / all n-grams over lower-cased words, n = 40 in its
//              recipes; flagged above the threshold that agrees best with the reading, its best case.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

export const title = 'repetition: what is found, beside vLLM, llama.cpp and open-r1, and MB/s'
export const installs = 'nothing'
export const minutes = 3

const labels = path.join(path.dirname(fileURLToPath(import.meta.url)), 'labels', 'repeats.jsonl')
const markerLabels = path.join(path.dirname(labels), 'markers.jsonl')
const lines = (text) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
const percent = (hits, n) => (n === 0 ? 'none' : `${((100 * hits) / n).toFixed(1)} %`)

/** @param {import('./tools/index.mjs').Tools} tools */
export async function run(tools) {
  const { repeats, LoopGuard, kindOf, markers } = await import('../../dist/src/repeats/index.js')
  const folder = tools.data('sky_outputs')
  if (!folder || !existsSync(folder)) {
    tools.log('The released Sky-T1 outputs are not here, so there is nothing to measure on.')
    return
  }
  const texts = new Map()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz'))) {
    const runName = path.basename(file, '.jsonl.gz')
    for (const row of lines(gunzipSync(readFileSync(path.join(folder, file))).toString()))
      if (typeof row.response === 'string') texts.set(`${runName}#${row.idx}`, row)
  }
  const auto = lines(readFileSync(path.join(folder, 'repetition_labels_auto.dev.jsonl'), 'utf8'))
    .map((row) => ({ ...row, id: `${row.run}#${row.idx}` }))
    .filter((row) => texts.has(row.id))
  tools.log(`${auto.length} answers of ${new Set(auto.map((row) => row.run)).size} runs`)

  // By the machine's labels: what zlib and an exact tail say.
  const kinds = new Map(auto.map((row) => [row.id, repeats(texts.get(row.id).response).kind]))
  const ours = (id) => kinds.get(id) !== 'clean'
  const peers = {
    skylab: ours,
    'vLLM rule': (id) => tailLoop(texts.get(id).response, { least: 1, most: 32, times: 5 }),
    'llama.cpp rule': (id) => tailLoop(texts.get(id).response, { least: 16, most: 1024, times: 4 }),
  }
  const read = lines(readFileSync(labels, 'utf8')).map((row) => ({ ...row, id: `${row.run}#${row.idx}` }))
  const reward = new Map(auto.map((row) => [row.id, ngramPenalty(texts.get(row.id).response, 40)]))
  const threshold = best(read, reward)
  peers[`open-r1 penalty > ${threshold.toFixed(2)}`] = (id) => reward.get(id) > threshold

  const classes = [
    ['loop_exact', 'exact loops at the end'],
    ['loop_near', 'loops with changes'],
    ['none', 'neither (flagged)'],
  ]
  const header = `| detector | ${classes.map(([, name]) => name).join(' | ')} | precision, read | recall, read | says where |\n|---|${'---:|'.repeat(classes.length + 2)}---|`
  const where = { skylab: 'every loop, exactly', 'vLLM rule': 'the end', 'llama.cpp rule': 'the end' }
  const results = Object.entries(peers).map(([name, flags]) => {
    const counts = classes.map(([label]) => {
      const own = auto.filter((row) => row.auto_class === label)
      return { label, n: own.length, hits: own.filter((row) => flags(row.id)).length }
    })
    const flagged = read.filter((row) => flags(row.id))
    const repeating = read.filter((row) => row.label !== 'clean')
    const right = flagged.filter((row) => row.label !== 'clean').length
    return { name, counts, right, flagged: flagged.length, repeating: repeating.length }
  })
  const table = results.map(
    ({ name, counts, right, flagged, repeating }) =>
      `| ${name} | ${counts.map(({ hits, n }) => `${hits} of ${n}`).join(' | ')} | ${percent(right, flagged)} | ${percent(right, repeating)} | ${where[name] ?? 'no'} |`,
  )
  const confusion = ['loop', 'near-loop', 'circling', 'clean'].map((label) => {
    const own = read.filter((row) => row.label === label)
    return `| ${label} | ${own.length} | ${['loop', 'near-loop', 'circling', 'clean'].map((kind) => own.filter((row) => kinds.get(row.id) === kind).length).join(' | ')} |`
  })

  // Passages that walk through a test input: paragraphs that were read, by where they come from.
  const walks = {
    'written code answers': [0, 0, 0, 0],
    'a 270M model on code': [0, 0, 0, 0],
    mathematics: [0, 0, 0, 0],
  }
  const fixtures = (name) => lines(readFileSync(path.join(tools.root, 'fixtures', name), 'utf8'))
  const answers = new Map([
    ...fixtures('teacher.jsonl').map((row) => [`teacher.jsonl ${row.problem}#${row.sample}`, row.content]),
    ...fixtures('recordings/small.jsonl').map((row) => [
      `recordings/small.jsonl ${row.for.problem}#${row.for.sample}`,
      row.answer.content,
    ]),
    ...[...texts].map(([id, row]) => [`sky_outputs ${id}`, row.response]),
  ])
  for (const { file, row, paragraph, walk } of lines(readFileSync(markerLabels, 'utf8'))) {
    const text = answers.get(`${file} ${row}`) ?? ''
    const bare = file === 'sky_outputs' ? text : text.replace(/```[\s\S]*?(?:```|$)/g, '')
    const found = kindOf(bare.split(/\n\s*\n/)[paragraph]?.trim() ?? '') === 'walk-through'
    const from =
      file === 'teacher.jsonl'
        ? 'written code answers'
        : file === 'sky_outputs'
          ? 'mathematics'
          : 'a 270M model on code'
    walks[from][walk ? (found ? 0 : 2) : found ? 1 : 3]++
  }
  const paragraphs = [...texts].flatMap(([id, row]) => (/27B|32B|14B__/.test(id) ? row.response.split(/\n\s*\n/) : []))
  const inMathematics = paragraphs.filter((one) => kindOf(one) === 'walk-through').length
  // Students of 14B, 27B and 32B that were trained on long traces of mathematics alone, on AIME24, AMC23 and MATH-500.
  const alone = [...texts].filter(([id]) => /^Sky-T1-math-correct-5K-(?:14B|27B|32B-ckpts)__(?!minerva)/.test(id))
  const walking = alone.filter(([, { response }]) => markers(response).walkThrough > 0).length

  // What ending an answer at its loop saves, and costs.
  let [characters, saved, stopped, stoppedRight] = [0, 0, 0, 0]
  for (const row of auto) {
    const { response, score } = texts.get(row.id)
    characters += response.length
    const guard = new LoopGuard()
    for (let start = 0; start < response.length; start += 20) {
      const stop = guard.add(response.slice(start, start + 20))
      if (!stop) continue
      stopped++
      saved += response.length - stop.end
      if (score === true || score === 1) stoppedRight++
      break
    }
  }

  const all = auto.map((row) => texts.get(row.id).response)
  const bytes = all.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const speed = (measure, some = all, size = bytes) => {
    const before = process.cpuUsage()
    for (const text of some) measure(text)
    const { user, system } = process.cpuUsage(before)
    return size / (user + system)
  }
  repeats(all[0])
  const some = all.filter((_, i) => i % 10 === 0)
  const someBytes = some.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const speeds = {
    'skylab, everything': speed(repeats),
    'vLLM rule': speed((text) => tailLoop(text, { least: 1, most: 32, times: 5 }), some, someBytes),
    'llama.cpp rule': speed((text) => tailLoop(text, { least: 16, most: 1024, times: 4 }), some, someBytes),
    'open-r1 penalty': speed((text) => ngramPenalty(text, 40), some, someBytes),
    'skylab markers': speed(markers, some, someBytes),
  }
  const markdown = `${header}
${table.join('\n')}

The first three columns are machine labels (an exact loop at the end; zlib ratio above 8; neither), the next two ${read.length} rows that were read one by one, most of them chosen because rules disagree on them. The rules were set on these rows too, so the figures flatter; precision and recall are of "repeats at all".

| read as | rows | loop | near-loop | circling | clean |
|---|---:|---:|---:|---:|---:|
${confusion.join('\n')}

| walking through an input | read | precision | recall |
|---|---:|---:|---:|
${Object.entries(walks)
  .map(
    ([from, [hit, wrong, missed, clean]]) =>
      `| ${from} | ${hit + wrong + missed + clean} | ${hit + wrong === 0 ? 'none flagged' : `${hit} of ${hit + wrong}`} | ${hit + missed === 0 ? 'none there' : `${hit} of ${hit + missed}`} |`,
  )
  .join('\n')}

In ${paragraphs.length.toLocaleString('en')} paragraphs of mathematics, ${inMathematics} are flagged. The 270M model repeats the question's examples and walks through nothing. Of ${alone.length} answers by students of long maths traces alone, ${walking} ${walking === 1 ? 'walks' : 'walk'} through an input.

Ending an answer at its loop (\`stopLoops\`): ${stopped} of ${auto.length} answers ended, ${percent(saved, characters)} of all characters not written, ${stoppedRight} of the ended ones were scored right.

| | MB/s on one core |
|---|---:|
${Object.entries(speeds)
  .map(([name, value]) => `| ${name} | ${value.toFixed(1)} |`)
  .join('\n')}
`
  tools.report('repeats', markdown, {
    results,
    walks,
    inMathematics,
    walking: [walking, alone.length],
    stopped,
    stoppedRight,
    saved: saved / characters,
    speeds,
  })
}

const wordsOf = (text) => text.toLowerCase().match(/\p{L}+|\d+|[^\s\p{L}\d]/gu) ?? []

/** Does the text, at any word, end in a pattern that stands there `times` times? Looked at as an engine looks. */
function tailLoop(text, { least, most, times }) {
  const words = wordsOf(text)
  // For every period, how long the present agreement is: the same answer as comparing backwards at every word.
  const agree = new Int32Array(most + 1)
  for (let i = 0; i < words.length; i++) {
    for (let period = least; period <= most && period <= i; period++) {
      if (words[i] !== words[i - period]) agree[period] = 0
      else if (++agree[period] >= period * (times - 1)) return true
    }
  }
  return false
}

function ngramPenalty(text, n) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length < n) return 0
  const seen = new Set()
  for (let i = 0; i + n <= words.length; i++) seen.add(words.slice(i, i + n).join(' '))
  return 1 - seen.size / (words.length - n + 1)
}

/** The threshold that agrees most often with the reading. */
function best(read, scores) {
  let top = { threshold: 0, right: -1 }
  for (let threshold = 0; threshold < 1; threshold += 0.01) {
    const right = read.filter((row) => scores.get(row.id) > threshold === (row.label !== 'clean')).length
    if (right > top.right) top = { threshold, right }
  }
  return top.threshold
}
