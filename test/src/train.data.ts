// A small training set as dataset() writes it, for the tests of train/.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TrainingData } from '../../src/train/index.js'

export const BASE = 'Qwen/Qwen2.5-32B-Instruct'

export function temporary(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
}

export function remove(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
}

const entry = {
  formatting: 'sharegpt',
  columns: { messages: 'conversations', system: 'system' },
  tags: { role_tag: 'from', content_tag: 'value', user_tag: 'user', assistant_tag: 'assistant' },
}

export function row(question: string, answer = 'The answer.'): unknown {
  return {
    system: 'Think, then answer.',
    conversations: [
      { from: 'user', value: question },
      { from: 'assistant', value: answer },
    ],
  }
}

/** Writes rows as the set `tiny` into a folder. */
export function writeSet(
  dir: string,
  rows: unknown[] = [row('1 + 1?'), row('2 + 2?')],
  info: object = entry,
): TrainingData {
  mkdirSync(dir, { recursive: true })
  const text = JSON.stringify(rows, null, 4)
  writeFileSync(path.join(dir, 'tiny.json'), text)
  writeFileSync(path.join(dir, 'dataset_info.json'), JSON.stringify({ tiny: { file_name: 'tiny.json', ...info } }))
  return {
    name: 'tiny',
    file: 'tiny.json',
    dir,
    rows: rows.length,
    sha256: createHash('sha256').update(text).digest('hex'),
  }
}
