// Every code block of the README: TypeScript is type-checked against what is built, commands are known.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { afterAll, describe, expect, it } from 'vitest'
import { userOptions } from './user-options.js'

const root = path.resolve(import.meta.dirname, '..')
const texts = {
  'README.md': readFileSync(path.join(root, 'README.md'), 'utf8'),
  'README.zh.md': readFileSync(path.join(root, 'README.zh.md'), 'utf8'),
}
const readme = texts['README.md']
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

  it('has TypeScript that type-checks, every block by itself', () => {
    const files = blocks
      .filter(({ language }) => language === 'ts')
      .map(({ text }, i) => {
        const file = path.join(folder, `block${i + 1}.mts`)
        writeFileSync(file, text)
        return file
      })
    expect(files.length).toBeGreaterThan(12)
    const program = ts.createProgram(files, { ...userOptions, moduleDetection: ts.ModuleDetectionKind.Force })
    const faults = ts
      .getPreEmitDiagnostics(program)
      .map(
        (each) =>
          `${path.basename(each.file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(each.messageText, ' ')}`,
      )
    expect(faults).toEqual([])
  })

  it('links to files and headings that are there', () => {
    for (const [name, text] of Object.entries(texts)) {
      const anchors = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
        heading!
          .toLowerCase()
          .replace(/[^\p{L}\p{N} -]/gu, '')
          .replaceAll(' ', '-'),
      )
      const links = [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map((match) => match[1]!)
      expect(links.length).toBeGreaterThan(12)
      for (const link of links) {
        if (link.startsWith('#')) expect(anchors, name).toContain(link.slice(1))
        else expect(existsSync(path.join(root, link)), `${name}: ${link}`).toBe(true)
      }
      // Every notebook is named.
      for (const notebook of readdirSync(path.join(root, 'notebooks')).filter((file) => file.endsWith('.ipynb')))
        expect(links, name).toContain(`notebooks/${notebook}`)
    }
  })

  it('says in Chinese what it says in English: headings, code, tables, figures', () => {
    const shape = (text: string) => {
      const prose = text.replace(/^```[\s\S]*?^```$/gm, '')
      return {
        headings: [...prose.matchAll(/^(#+) /gm)].map((match) => match[1]),
        code: [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => [
          language,
          code!.replace(/(?<=^|\s)(?:\/\/|#).*$/gm, '').replace(/[ \t]+$/gm, ''),
        ]),
        tables: prose.split(/\n{2,}/).flatMap((part) => (part.startsWith('|') ? [part.trim().split('\n').length] : [])),
        links: [...prose.matchAll(/\]\((?!#)([^)]+)\)/g)]
          .map((match) => match[1]!)
          .filter((link) => !/^README/.test(link))
          .sort(),
        // Figures, which no translation may change.
        numbers: [...prose.matchAll(/\d[\d.,]*\d|\d/g)].map(([number]) => number.replaceAll(',', '')).sort(),
      }
    }
    const [english, chinese] = [shape(texts['README.md']), shape(texts['README.zh.md'])]
    expect(chinese.headings).toEqual(english.headings)
    expect(chinese.code).toEqual(english.code)
    expect(chinese.tables).toEqual(english.tables)
    expect(chinese.links).toEqual(english.links)
    expect(chinese.numbers).toEqual(english.numbers)
  })

  const commands = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n'))
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean)

  it('names only scripts that exist', () => {
    const scripts = commands.flatMap((line) =>
      [...line.matchAll(/npm (?:run )?(start|test|[\w-]+)/g)].map((match) => match[1]!),
    )
    for (const script of scripts.filter((name) => !['ci', 'pack', 'init', 'install'].includes(name)))
      expect(packageJson.scripts).toHaveProperty(script)
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
