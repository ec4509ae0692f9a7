// kill -9 while training sets are written: under its name stands the one before or the one after, never a part of one.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { dataset, mix } from '../../src/curate/index.js'
import type { TrainingRow } from '../../src/rows.js'
import { temporaryFolder } from '../tools.js'
import { many, random } from './curate.data.js'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const KILLS = 5

it('leaves the old set or the new one after every kill', async () => {
  const sets: Record<string, TrainingRow[]> = {}
  // 6 MB each: most of the child's time goes into writing.
  for (const name of ['odd', 'even'])
    sets[name] = await mix(
      many(300, { thought: `${name} `.repeat(4_000) }, name),
      { math: 300 },
      { seed: 7, without: [] },
    )
  const rows = path.join(folder.folder, 'rows.json')
  writeFileSync(rows, JSON.stringify(sets))
  const place = path.join(folder.folder, 'set')
  const hashes = new Map<string, Set<string>>()
  for (const name of ['odd', 'even']) {
    const made = await dataset(sets[name]!, { name: 'set', dir: place, formats: ['json', 'jsonl'] } as never)
    for (const { name: file, sha256 } of made.files.slice(0, 2))
      hashes.set(file, (hashes.get(file) ?? new Set()).add(sha256))
  }
  const script = `
    import { readFileSync } from 'node:fs'
    const { dataset } = await import(${JSON.stringify(new URL('../../dist/src/curate/index.js', import.meta.url).href)})
    const sets = JSON.parse(readFileSync(${JSON.stringify(rows)}, 'utf8'))
    for (let turn = 0; ; turn++) {
      await dataset(sets[turn % 2 ? 'even' : 'odd'], { name: 'set', dir: ${JSON.stringify(place)}, formats: ['json', 'jsonl'] })
      process.stdout.write('.')
    }`
  const chance = random(11)
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await sleep(chance() * 150)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
    for (const [file, known] of hashes) {
      const found = createHash('sha256')
        .update(readFileSync(path.join(place, file)))
        .digest('hex')
      expect(known, `${file} after kill ${kill + 1}`).toContain(found)
    }
    expect(Object.keys(JSON.parse(readFileSync(path.join(place, 'dataset_info.json'), 'utf8')))).toEqual([
      'set',
      'set-jsonl',
    ])
    expect(readFileSync(path.join(place, 'README.md'), 'utf8').length).toBeGreaterThan(500)
  }
  // Parts of files that a kill left carry names of their own; the next call is not in their way.
  const last = await dataset(sets.odd!, { name: 'set', dir: place, formats: ['json', 'jsonl'] } as never)
  expect(hashes.get('set.json')).toContain(last.sha256)
  for (const name of readdirSync(place)) expect(name).toMatch(/^(set\.jsonl?|dataset_info\.json|README\.md|.+\.part)$/)
}, 60_000)
