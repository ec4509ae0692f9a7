// Sources: every real file that is here against the counts that its README gives; and how fast a large file passes through
// problems(), with how much memory, beside Hugging Face's own datasets in streaming mode.
import { execFile } from 'node:child_process'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

export const title = 'sources: counts of the real files; rows/s and memory beside Hugging Face datasets'
export const installs = 'datasets from PyPI, 250 MB'
export const minutes = 6
export const options = { rows: { type: 'string' } }

/** File, rows that its README or INDEX.md counts, rows that hold no answer. */
const COUNTS = [
  ['bench_math/math500.jsonl', 500, 0],
  ['bench_math/math_test_5000.jsonl', 5000, 0],
  ['bench_math/math_train.json', 7474, 4],
  ['bench_math/aime_train_1983_2023.json', 975, 0],
  ['bench_math/aime24_qwq.jsonl', 30, 0],
  ['bench_math/aime24_qwen_math.jsonl', 30, 0],
  ['bench_math/amc23.jsonl', 40, 0],
  ['bench_math/olympiadbench.jsonl', 675, 0],
  ['bench_math/minerva_math.jsonl', 272, 0],
  ['bench_math/gsm8k_test.jsonl', 1319, 0],
  ['bench_choice/aqua.jsonl', 254, 0],
  ['bench_choice/mmlu_stem.jsonl', 3018, 0],
  ['bench_code/lcb_v5_prompts.jsonl', 279, 0],
  ['bench_code/lcb_with_tests_few.jsonl', 3, 0],
  ['bench_code/mbpp_few.jsonl', 20, 0],
  ['bench_code/humaneval.jsonl', 164, 0],
  ['bench_code/multipl_e_humaneval_js.jsonl', 161, 0],
  ['bench_code/multipl_e_humaneval_ts.jsonl', 159, 0],
  ['bench_code/multipl_e_mbpp_js.jsonl', 397, 0],
  ['bench_code/multipl_e_mbpp_ts.jsonl', 390, 0],
  ['bench_code/rllm_code_contests_test.json', 165, 0],
  ['bench_code/rllm_leetcode_train.json', 1889, 0],
]

/** @param {import('./tools/index.mjs').Tools} tools */
export async function run(tools) {
  const { problems } = await import('../../dist/src/index.js')
  const counted = []
  const warn = console.warn
  console.warn = () => {}
  for (const [name, held, lost] of COUNTS) {
    const file = tools.data(name)
    if (file === undefined) continue
    const began = performance.now()
    const rows = await problems(file)
    const seconds = (performance.now() - began) / 1000
    const [account] = rows.account
    const dropped = Object.values(account.dropped).reduce((sum, n) => sum + n, 0)
    const ok =
      account.held === held && dropped === lost && account.kept === rows.length && dropped + account.kept === held
    counted.push({ name, held: account.held, wanted: held, dropped: account.dropped, kept: rows.length, seconds, ok })
    if (!ok)
      tools.log(
        `!! ${name}: held ${account.held}, dropped ${JSON.stringify(account.dropped)}; its README says ${held} and ${lost}`,
      )
  }
  console.warn = warn
  tools.log(`${counted.filter(({ ok }) => ok).length} of ${counted.length} real files have the counts of their READMEs`)

  const rows = Number(tools.options.rows ?? 200_000)
  const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-bench-'))
  try {
    const files = await makeFiles(folder, rows, tools)
    const python = await tools.python('datasets', ['datasets'])
    const table = []
    for (const [format, file] of Object.entries(files)) {
      const mb = statSync(file).size / 1e6
      for (const [who, command, args] of [
        ['skylab', process.execPath, ['--input-type=module', '-e', ours(file)]],
        ['datasets, streaming', python, ['-c', theirs(format, file)]],
      ]) {
        const measured = []
        for (let i = 0; i < 3; i++) {
          const { stdout } = await promisify(execFile)(command, args, {
            cwd: tools.root,
            env: { ...process.env, HF_HUB_OFFLINE: '1', HF_HOME: folder },
          })
          measured.push(JSON.parse(stdout.trim().split('\n').at(-1)))
        }
        const best = measured.sort((a, b) => a.seconds - b.seconds)[1]
        table.push({
          format,
          mb,
          who,
          rows: best.rows,
          perSecond: best.rows / best.seconds,
          peak: best.peak,
          end: best.end,
        })
        tools.log(`${format} ${who}: ${Math.round(best.rows / best.seconds)} rows/s, peak ${best.peak} MB`)
      }
    }
    const columns = ['file', 'MB', 'reader', 'rows', 'rows/s', 'peak memory, MB']
    const body = table.map((row) => [
      row.format,
      row.mb.toFixed(0),
      row.who,
      row.rows,
      Math.round(row.perSecond),
      row.peak,
    ])
    const markdown = [
      `${counted.filter(({ ok }) => ok).length} of ${counted.length} real files have the counts of their READMEs (${counted.reduce((sum, row) => sum + row.held, 0)} rows).`,
      '',
      'skylab makes a problem of each row: fields, answer, id (a sha256) and account; datasets gives the row as it is. Medians of three, each in a process of its own.',
      '',
      tools.markdownTable(columns, body),
    ].join('\n')
    tools.report('sources', markdown, { counted, table })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Real problems of MATH again and again, each with a number of its own, as JSON Lines and as Parquet. */
async function makeFiles(folder, rows, tools) {
  const real = tools.data('bench_math/math_train.json')
  const base = real
    ? JSON.parse(readFileSync(real, 'utf8')).filter((row) => row.answer)
    : [{ problem: 'What is 1 + 1?', answer: '2', solution: 'It is \\boxed{2}. '.repeat(40) }]
  const jsonl = path.join(folder, 'many.jsonl')
  const out = createWriteStream(jsonl)
  for (let i = 0; i < rows; i++) {
    const { problem, answer, solution = `So it is \\boxed{${answer}}.` } = base[i % base.length]
    const line = `${JSON.stringify({ id: i, problem: `${problem} (${i})`, answer: String(answer), solution })}\n`
    if (!out.write(line)) await new Promise((resolve) => out.once('drain', resolve))
  }
  await new Promise((resolve) => out.end(resolve))
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const parquet = path.join(folder, 'many.parquet')
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB', temp_directory: folder })
  const connection = await instance.connect()
  await connection.run(
    `copy (from read_json('${jsonl}', format = 'newline_delimited')) to '${parquet}' (format parquet, compression zstd, row_group_size 10000)`,
  )
  connection.closeSync()
  instance.closeSync()
  return { json: jsonl, parquet }
}

const ours = (file) => `
import { readFileSync } from 'node:fs'
const { problems } = await import('./dist/src/problems/index.js')
process.stderr.write = () => true
const status = (name) => Math.round(Number(new RegExp(name + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024)
let rows = 0
const began = performance.now()
for await (const row of problems(${JSON.stringify(file)})) rows++
console.log(JSON.stringify({ rows, seconds: (performance.now() - began) / 1000, peak: status('VmHWM'), end: status('VmRSS') }))`

const theirs = (format, file) => `
import json, time, re
from datasets import load_dataset, disable_progress_bars
disable_progress_bars()
began = time.time()
rows = 0
for row in load_dataset('${format}', data_files='${file}', split='train', streaming=True):
    rows += 1
status = lambda name: round(int(re.search(name + r':\\s+(\\d+)', open('/proc/self/status').read()).group(1)) / 1024)
print(json.dumps({'rows': rows, 'seconds': time.time() - began, 'peak': status('VmHWM'), 'end': status('VmRSS')}))`
