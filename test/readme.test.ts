// Every code block of the README: TypeScript is type-checked against what is built, commands are known.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { afterAll, describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
  language: match[1]!,
  text: match[2]!,
}))
const packageJson = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
// Inside the project, so that 'skylab' resolves to the project itself.
const folder = mkdtempSync(path.join(root, 'test', '.readme-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('README.md', () => {
  it('has no block in a language that nobody checks', () => {
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['sh', 'ts']))
  })

  it.each(blocks.filter(({ language }) => language === 'ts').map(({ text }, i) => [i + 1, text]))(
    'TypeScript block %i type-checks',
    (i, text) => {
      const file = path.join(folder, `block${i}.mts`)
      writeFileSync(file, String(text))
      const program = ts.createProgram([file], {
        strict: true,
        noUncheckedIndexedAccess: true,
        target: ts.ScriptTarget.ESNext,
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
        skipLibCheck: true,
        noEmit: true,
        types: ['node'],
      })
      const faults = ts
        .getPreEmitDiagnostics(program)
        .map((each) => ts.flattenDiagnosticMessageText(each.messageText, ' '))
      expect(faults).toEqual([])
    },
  )

  const commands = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n'))
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean)

  it('names only scripts that exist', () => {
    const scripts = commands.flatMap((line) =>
      [...line.matchAll(/npm (?:run )?(start|test|[\w-]+)/g)].map((match) => match[1]!),
    )
    for (const script of scripts.filter((name) => name !== 'ci')) expect(packageJson.scripts).toHaveProperty(script)
    expect(scripts).toContain('start')
  })

  it('names only commands and options that skylab knows', () => {
    const used = commands.filter((line) => line.startsWith('npx skylab ')).map((line) => line.split(/\s+/).slice(2))
    expect(used.length).toBeGreaterThan(5)
    const help = spawnSync(process.execPath, [path.join(root, 'kernel/bin.cjs'), '--help'], { encoding: 'utf8' })
    expect(help.status).toBe(0)
    for (const [command, ...words] of used) {
      expect(help.stdout).toMatch(new RegExp(`\\b${command}\\b`))
      const own = spawnSync(process.execPath, [path.join(root, 'kernel/bin.cjs'), command!, '--help'], {
        encoding: 'utf8',
      })
      for (const word of words.filter((each) => each.startsWith('-'))) expect(own.stdout + help.stdout).toContain(word)
    }
  })
})
