// The Node half of test/real/dataset.sh: `write FOLDER` makes the sets, `count FOLDER` counts their tokens by the
// tokenizer that was made in between.
//
// Rows are the answers that Sky-T1's team released (Qwen2.5-32B-Instruct on MATH-500 and AIME, in the two sections),
// judged here; without ../shared/data they are sums made up by the script.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { fileRows } from '../../dist/src/curate/check-file.js'
import { checkDataset, dataset, mix, preferences, tokenCounter } from '../../dist/src/curate/index.js'
import { rowTokens } from '../../dist/src/curate/tally.js'
import { readMarkers } from '../../dist/src/reformat/index.js'
import { verify } from '../../dist/src/verify/index.js'
import { faultyRows } from './faulty-rows.mjs'

const [, , step, folder] = process.argv
const data = '../shared/data/sky_outputs'

if (step === 'write') await write()
else await count()

async function write() {
  const rows = existsSync(data) ? released() : sums()
  const judged = await verify(rows, {})
  const mixed = await mix(judged, {}, { seed: 7 })
  const formats = ['json', 'jsonl', 'parquet', 'messages']
  const set = await dataset(mixed, { name: 'set', dir: folder, formats })
  const pairs = preferences(judged)
  const pairFormats = ['json', 'jsonl', 'parquet']
  const flash = await dataset(pairs, { name: 'flash', dir: folder, formats: pairFormats })
  bad()
  const report = await checkDataset(folder)
  writeFileSync(path.join(folder, 'report.json'), JSON.stringify(report))
  const right = judged.filter(({ verdict }) => verdict.ok).length
  console.log(
    `${rows.length} answers, ${right} right: a set of ${set.rows} rows and one of ${flash.rows} pairs, written in ${formats.length} and ${pairFormats.length} forms`,
  )
}

function released() {
  const seen = new Map()
  return readdirSync(data)
    .filter((name) => name.startsWith('tools__'))
    .sort()
    .flatMap((name) => Object.values(JSON.parse(gunzipSync(readFileSync(path.join(data, name))).toString())))
    .flatMap((one) => {
      const [response] = Object.values(one.responses)
      const parts = readMarkers(response.content)
      if (typeof parts === 'string') return []
      const id = `released/${one.unique_id ?? one.id}`
      const sample = seen.get(id) ?? 0
      seen.set(id, sample + 1)
      return [row(id, sample, one.problem, String(one.answer), response.content, parts)]
    })
}

function sums() {
  return Array.from({ length: 120 }, (_, i) => {
    const [a, b] = [((i * 37) % 90) + 10, ((i * 53) % 80) + 10]
    const long = i % 2 === 0 ? '' : ` Check: ${a + b} minus ${b} is ${a}.`
    const parts = { thought: `We need ${a} plus ${b}: ${a + b}.${long}`, solution: `It is $\\boxed{${a + b}}$.` }
    return row(`sums/${i >> 1}`, i % 2, `What is ${a} + ${b}, problem ${i >> 1}?`, String(a + b), '', parts)
  })
}

function row(id, sample, prompt, answer, text, parts) {
  return {
    id,
    source: id.split('/')[0],
    kind: 'math',
    domain: 'math',
    prompt,
    answer,
    sample,
    model: 'Qwen/Qwen2.5-32B-Instruct',
    asked: `Return your final response within \\boxed{}. ${prompt}`,
    text: text || parts.solution,
    finish: 'stop',
    usage: { prompt: 0, completion: 0 },
    dollars: null,
    seconds: 0,
    settings: { temperature: 0, topP: null, maxTokens: 16_384, seed: 0, promptSet: 'skylab', promptHash: '0' },
    format: { ok: true, by: 'markers' },
    ...parts,
  }
}

function bad() {
  writeFileSync(path.join(folder, 'bad.json'), JSON.stringify(faultyRows))
  const file = path.join(folder, 'dataset_info.json')
  const info = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify({ ...info, bad: { ...info.set, file_name: 'bad.json' } }))
}

/** Tokens of every row, as the trainer will have them: prompt and answer; of pairs prompt and both answers. */
async function count() {
  const tokens = await tokenCounter(path.join(folder, 'model/tokenizer.json'))
  const info = JSON.parse(readFileSync(path.join(folder, 'dataset_info.json'), 'utf8'))
  const report = JSON.parse(readFileSync(path.join(folder, 'report.json'), 'utf8'))
  const expected = {}
  for (const { name, trained, rows } of report.entries) {
    const counts = []
    if (name !== 'bad') {
      for await (const { value } of fileRows(path.join(folder, info[name].file_name))) {
        const asked = value.messages ?? value.conversations
        const system = value.system ?? asked[0].content
        const question = value.messages ? asked[1].content : asked[0].value
        const answers = value.chosen
          ? [value.chosen.value, value.rejected.value]
          : [value.messages ? asked[2].content : asked[1].value]
        counts.push(answers.map((answer) => rowTokens(system, question, answer, tokens)))
      }
    }
    expected[name] = { rows, trained, ranking: info[name].ranking === true, counts }
  }
  writeFileSync(path.join(folder, 'expected.json'), JSON.stringify({ how: tokens.how, sets: expected }))
  console.log(`tokens ${tokens.how}`)
}
