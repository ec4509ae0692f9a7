// Writes what test/real/llamafactory.sh trains on: a set in our format and our yaml for it, made by the
// built library. `write FOLDER [DATASET]`.
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readDataset } from '../../dist/src/train/data.js'
import { trainerKeys } from '../../dist/src/train/keys.js'
import { recipe } from '../../dist/src/train/recipe.js'
import { faultyRows } from './faulty-rows.mjs'

const [, , , folder, given] = process.argv
const from = given || (existsSync('runs/sky-t1/dataset_info.json') ? 'runs/sky-t1' : '')
const name = from ? takeSet(from) : makeSet()
const report = await readDataset(folder, name)
badSet()

// About a hundred optimiser steps in three epochs, whatever the number of rows.
const batch = Math.max(1, Math.round((report.rows * 3) / 100))
const tiny = recipe(name, {
  base: 'model',
  gpus: 1,
  batch,
  cutoff: 2048,
  // Random weights learn nothing visible at the recipe's 1e-5.
  learningRate: 3e-3,
  settings: { deepspeed: null, bf16: null, ddp_timeout: null, use_cpu: true, preprocessing_num_workers: 1 },
})
writeFileSync(path.join(folder, 'train.yaml'), tiny.yaml)

const whole = recipe(name, { base: 'Qwen/Qwen2.5-32B-Instruct' })
writeFileSync(path.join(folder, 'recipe.yaml'), whole.yaml)
writeFileSync(path.join(folder, 'ds_z3_offload_config.json'), whole.deepspeed)
const bad = await readDataset(folder, 'bad')
const expected = {
  name,
  rows: report.rows,
  batch,
  from: from ? path.basename(path.resolve(from)) : 'arithmetic rows made up by the script',
  sha256: createHash('sha256').update(readFileSync(report.file)).digest('hex'),
  skipped: report.skipped.map(({ row }) => row),
  badRows: bad.rows,
  badSkipped: bad.skipped.map(({ row }) => row),
  keys: [...trainerKeys].sort(),
}
writeFileSync(path.join(folder, 'expected.json'), JSON.stringify(expected))
console.log(`${report.rows} rows from ${expected.from}; batch ${batch}`)

function takeSet(dir) {
  const info = JSON.parse(readFileSync(path.join(dir, 'dataset_info.json'), 'utf8'))
  const [key, entry] = Object.entries(info)[0]
  copyFileSync(path.join(dir, entry.file_name), path.join(folder, path.basename(entry.file_name)))
  writeInfo({ [key]: { ...entry, file_name: path.basename(entry.file_name) } })
  return key
}

function makeSet() {
  const rows = Array.from({ length: 120 }, (_, index) => {
    const [a, b] = [((index * 37) % 90) + 10, ((index * 53) % 80) + 10]
    const thought = `We need ${a} plus ${b}. ${a} plus ${Math.floor(b / 10) * 10} is ${a + Math.floor(b / 10) * 10}, and ${b % 10} more is ${a + b}. Check: ${a + b} minus ${b} is ${a}.`
    const answer = `<|begin_of_thought|>\n\n${thought}\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\nThe sum is $\\boxed{${a + b}}$.\n\n<|end_of_solution|>`
    return {
      system: 'Think step by step, then give the solution.',
      conversations: [
        { from: 'user', value: `What is ${a} + ${b}?` },
        { from: 'assistant', value: answer },
      ],
    }
  })
  writeFileSync(path.join(folder, 'sums.json'), JSON.stringify(rows, null, 4))
  writeInfo({ sums: entryFor('sums.json') })
  return 'sums'
}

function badSet() {
  writeFileSync(path.join(folder, 'bad.json'), JSON.stringify(faultyRows))
  const file = path.join(folder, 'dataset_info.json')
  writeInfo({ ...JSON.parse(readFileSync(file, 'utf8')), bad: entryFor('bad.json') })
}

function entryFor(file) {
  return {
    file_name: file,
    formatting: 'sharegpt',
    columns: { messages: 'conversations', system: 'system' },
    tags: { role_tag: 'from', content_tag: 'value', user_tag: 'user', assistant_tag: 'assistant' },
  }
}

function writeInfo(info) {
  writeFileSync(path.join(folder, 'dataset_info.json'), JSON.stringify(info, null, 2))
}
