// The same cells through both engines, and what each of them showed.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cells, type Shown } from '../../kernel/cells.js'

/** One notebook of the list: its cells run one after the other in a fresh runtime. */
export interface Notebook {
  title: string
  cells: { code: string; rule: string | undefined }[]
}

/** What a cell showed, as far as two engines can be compared by it. */
export interface Seen {
  /** 'ok', or the name and message of the error. */
  end: string
  /** Line and column of the error in the cell. */
  place: string
  value: string
  stdout: string
  stderr: string
  displays: string[]
}

export interface Compared {
  title: string
  number: number
  code: string
  /** What is said to explain a difference. */
  rule: string | undefined
  skylab: Seen
  tslab: Seen
}

/**
 * Reads the lists beside this file. `=== title` begins a notebook, `---` ends a cell, and `~ rule` as
 * the first line of a cell names what explains a difference.
 */
export function readNotebooks(): Notebook[] {
  const folder = import.meta.dirname
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .map((file) => readFileSync(path.join(folder, file), 'utf8'))
  return texts.flatMap((text) =>
    text
      .split(/^=== /m)
      .slice(1)
      .map((part) => {
        const [title = '', ...lines] = part.split('\n')
        return { title, cells: lines.join('\n').split(/^---$/m).map(readCell) }
      }),
  )
}

function readCell(text: string): Notebook['cells'][number] {
  const lines = text.replace(/^\n+|\s+$/g, '').split('\n')
  if (!lines[0]?.startsWith('~')) return { code: lines.join('\n'), rule: undefined }
  return { code: lines.slice(1).join('\n'), rule: lines[0].slice(1).trim() }
}

/** Runs all notebooks in both engines. */
export async function compareAll(notebooks: Notebook[]): Promise<Compared[]> {
  const [skylab, tslab] = await Promise.all([Cells.start({ SKYLAB_TYPES: 'block' }), Cells.start({}, 'tslab')])
  try {
    for (const { folder } of [skylab, tslab]) writeProject(folder)
    const compared: Compared[] = []
    for (const { title, cells } of notebooks) {
      await Promise.all([skylab.restart(), tslab.restart()])
      for (const [at, { code, rule }] of cells.entries()) {
        const [ours, theirs] = await Promise.all([skylab.run(code), tslab.run(code)])
        const number = at + 1
        const both = () => ({ skylab: seen(ours, skylab), tslab: seen(theirs, tslab) })
        const same = ({ skylab: mine, tslab: other }: ReturnType<typeof both>) =>
          JSON.stringify(mine) === JSON.stringify(other)
        // A promise that is rejected with nobody waiting is told under its cell after the cell has ended.
        for (let wait = 0; rule === undefined && wait < 40 && !same(both()); wait++) await sleep(50)
        compared.push({ title, number, code, rule, ...both() })
      }
    }
    return compared
  } finally {
    await Promise.all([skylab.close(), tslab.close()])
  }
}

function seen(shown: Shown, { folder }: Cells): Seen {
  const told = (text: string) => text.replaceAll(folder, '.')
  const { error } = shown
  const displays = shown.outputs.flatMap((each) =>
    each.kind === 'display' || each.kind === 'update' ? [`${each.kind} ${JSON.stringify(each.bundle.data)}`] : [],
  )
  return {
    end: error ? told(`${error.name}: ${error.message.split('\n')[0]}`) : 'ok',
    place: /cell \[\d+\] (\d+:\d+)/.exec(shown.trace)?.[1] ?? '',
    value: told(shown.value),
    stdout: told(shown.stdout),
    stderr: told(shown.stderr),
    displays,
  }
}

/** What the cells of the list import. */
function writeProject(folder: string): void {
  const files: Record<string, string> = {
    'data.json': '{ "n": 3 }',
    'local.ts':
      "export const two: number = 2\nexport type Kind = 'a' | 'b'\nexport const double = (n: number) => n * 2\nlet count = 0\nexport const counter = () => ++count\n",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
    'greet.ts': 'export default function greet(name: string): string { return `hello ${name}` }\n',
    'broken.ts': "export const broken: number = 'not a number'\n",
    'common.cjs': 'exports.fromCommon = 1\n',
    'node_modules/pure-esm/package.json':
      '{ "name": "pure-esm", "version": "1.0.0", "type": "module", "main": "index.js", "types": "index.d.ts" }',
    'node_modules/pure-esm/index.js': 'export const helper = (n) => n + 1\n',
    'node_modules/pure-esm/index.d.ts': 'export declare const helper: (n: number) => number\n',
    'node_modules/common-package/package.json':
      '{ "name": "common-package", "version": "1.0.0", "main": "index.js", "types": "index.d.ts" }',
    'node_modules/common-package/index.js': 'module.exports = { value: 7 }\n',
    'node_modules/common-package/index.d.ts': 'declare const all: { value: number }\nexport = all\n',
    'node_modules/typed-package/package.json':
      '{ "name": "typed-package", "version": "1.0.0", "exports": { ".": { "types": "./lib/main.d.ts", "default": "./lib/main.js" }, "./inner": { "types": "./lib/inner.d.ts", "default": "./lib/inner.js" } } }',
    'node_modules/typed-package/lib/main.js': 'exports.typed = (n) => n * 100\n',
    'node_modules/typed-package/lib/main.d.ts': 'export declare function typed(n: number): number\n',
    'node_modules/typed-package/lib/inner.js': "exports.inner = 'inner'\n",
    'node_modules/typed-package/lib/inner.d.ts': 'export declare const inner: string\n',
  }
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

/** The names of the parts in which two engines differ. */
export function differences({ skylab, tslab }: Compared): (keyof Seen)[] {
  return (Object.keys(skylab) as (keyof Seen)[]).filter(
    (part) => JSON.stringify(skylab[part]) !== JSON.stringify(tslab[part]),
  )
}
