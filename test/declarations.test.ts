// The declarations that the package ships compile under TypeScript 5.0, the compiler inside stock tslab.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
const compiler = createRequire(import.meta.url).resolve('@tslab/typescript-for-tslab/lib/tsc.js')
const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-declarations-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('are read by TypeScript 5.0 the way tslab resolves, without skipping libraries', () => {
  expect(spawnSync(process.execPath, [compiler, '--version'], { encoding: 'utf8' }).stdout).toContain('5.0')
  mkdirSync(path.join(folder, 'node_modules'))
  symlinkSync(root, path.join(folder, 'node_modules', 'skylab'))
  writeFileSync(
    path.join(folder, 'cell.ts'),
    `import { model, type Sample, sample, workspace } from 'skylab'
     const rows: PromiseLike<Sample[]> = sample([], { model: model('a'), in: workspace('b') })
     const wrong: number = workspace('b').dir
     export { rows, wrong }`,
  )
  const settings =
    '--noEmit --strict --target es2022 --module esnext --moduleResolution node10 --types node --typeRoots'.split(' ')
  const run = spawnSync(process.execPath, [compiler, ...settings, path.join(root, 'node_modules/@types'), 'cell.ts'], {
    cwd: folder,
    encoding: 'utf8',
  })
  // What @types/node says of itself under so old a compiler is not ours.
  const faults = run.stdout.split('\n').filter((line) => line.includes('error TS') && !line.includes('@types/node'))
  expect(faults).toEqual([
    expect.stringMatching(/^cell\.ts\(3,\d+\): error TS2322: Type 'string' is not assignable to type 'number'/),
  ])
}, 180_000)
