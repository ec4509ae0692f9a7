// Records the answers of a real small model, served over HTTP, with the library's own `sample`.
//
//   node test/real/record-small.mjs http://127.0.0.1:8471/v1 gemma-3-270m [maxTokens]
//
// Appends to fixtures/recordings/small.jsonl; what is there already is not asked again, because the
// workspace beside it (runs/record-small) keeps every answer. small-model.sh starts such a server.
import { existsSync, readFileSync } from 'node:fs'
import { model, sample } from '../../dist/src/sample/index.js'
import { workspace } from '../../dist/src/workspace/index.js'

const [baseURL, id, maxTokens = '512'] = process.argv.slice(2)
if (!baseURL || !id) {
  console.error('usage: node test/real/record-small.mjs BASE_URL MODEL [MAX_TOKENS]')
  process.exit(2)
}
const problems = process.env.SKYLAB_RECORD?.split(' ') ?? ['fixtures/bench.jsonl', 'fixtures/problems.jsonl']
const rows = problems
  .filter((file) => existsSync(file))
  .flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  )
const work = workspace('runs/record-small')
const small = model(id, { baseURL, concurrency: 1, record: 'fixtures/recordings/small.jsonl' })
const began = Date.now()
const counts = { stop: 0, length: 0, error: 0 }
for await (const row of sample(rows, { model: small, in: work, n: 4, maxTokens: Number(maxTokens) }))
  counts[row.finish]++
console.log(
  `${rows.length} problems, 4 answers each, ${Math.round((Date.now() - began) / 1000)} s: ${JSON.stringify(counts)}`,
)
