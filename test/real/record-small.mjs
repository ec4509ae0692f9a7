// Records the answers of a real small model, served over HTTP, with the library's own `sample`.
//
//   node test/real/record-small.mjs http://127.0.0.1:8471/v1 gemma-3-270m [maxTokens]
//
// Appends to fixtures/recordings/small.jsonl; what is there already is not asked again. small-model.sh
// starts such a server. Afterwards `npm run fixtures` puts the recordings into the order of the problems.
import { existsSync, readFileSync } from 'node:fs'
import { model, sample } from '../../dist/src/sample/index.js'
import { workspace } from '../../dist/src/workspace/index.js'

/** Answers to each problem. */
const ANSWERS = 4

const [baseURL, id, maxTokens = '512'] = process.argv.slice(2)
if (!baseURL || !id) {
  console.error('usage: node test/real/record-small.mjs BASE_URL MODEL [MAX_TOKENS]')
  process.exit(2)
}
const problems = process.env.SKYLAB_RECORD?.split(' ') ?? ['fixtures/bench.jsonl', 'fixtures/problems.jsonl']
const rows = problems.flatMap(lines)
const file = 'fixtures/recordings/small.jsonl'
const recorded = new Map()
for (const { model, for: of } of lines(file))
  if (model === id) recorded.set(of.problem, (recorded.get(of.problem) ?? 0) + 1)
const open = rows.filter((row) => (recorded.get(row.id) ?? 0) < ANSWERS)
const work = workspace('runs/record-small')
const small = model(id, { baseURL, concurrency: 1, record: file })
const began = Date.now()
const counts = { stop: 0, length: 0, error: 0 }
for await (const row of sample(open, { model: small, in: work, n: ANSWERS, maxTokens: Number(maxTokens) }))
  counts[row.finish]++
console.log(
  `${open.length} of ${rows.length} problems, ${ANSWERS} answers each, ${Math.round((Date.now() - began) / 1000)} s: ${JSON.stringify(counts)}`,
)

function lines(file) {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}
