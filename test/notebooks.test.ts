// The committed notebooks: executed, small, and still true when they are run again.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
const folder = path.join(root, 'notebooks')
const notebooks = readdirSync(folder).filter((name) => name.endsWith('.ipynb'))

interface Output {
  output_type: string
  data?: Record<string, unknown>
  text?: string | string[]
  ename?: string
}
interface Cell {
  cell_type: string
  source: string | string[]
  execution_count?: number | null
  outputs?: Output[]
}

const read = (file: string): Cell[] => JSON.parse(readFileSync(file, 'utf8')).cells
const joined = (text: unknown) => (Array.isArray(text) ? text.join('') : String(text ?? ''))
const codeOf = (cells: Cell[]) => cells.filter((cell) => cell.cell_type === 'code' && joined(cell.source).trim() !== '')

/** What a reader sees as text, without what differs from run to run: times, rates, folders, bytes of a journal, what was reused. */
function shown(cell: Cell): string[] {
  return (cell.outputs ?? [])
    .map((output) => joined(output.text ?? output.data?.['text/plain']))
    .map((text) =>
      text
        .replace(/^.*\d+ \/ \d+.*$/gm, '(progress)')
        .replace(/(?:[\w.-]*\/)+[\w.-]+/g, '(path)')
        .replace(/\b\d{4}-\d\d-\d\d \d\d:\d\d\b/g, '(date)')
        .replace(/\b\d+(?:\.\d+)? (?:ms|s|min|h)\b/g, '(time)')
        .replace(/ +\d+(?:\.\d+)? [kM]B\b/g, ' (bytes)')
        .trim(),
    )
}

describe.each(notebooks)('%s', (name) => {
  const committed = read(path.join(folder, name))
  const work = mkdtempSync(path.join(os.tmpdir(), 'skylab-notebook-'))
  const out = path.join(work, name)
  const html = path.join(work, 'out.html')
  let run: ReturnType<typeof spawnSync>

  beforeAll(() => {
    run = spawnSync(
      process.execPath,
      [path.join(root, 'kernel/bin.cjs'), 'run', path.join(folder, name), '--output', out, '--html', html],
      {
        cwd: work,
        encoding: 'utf8',
        timeout: 170_000,
        env: { ...process.env, OPENAI_BASE_URL: '', OPENAI_API_KEY: '' },
      },
    )
  }, 180_000)
  afterAll(() => rmSync(work, { recursive: true, force: true }))

  it('is committed executed, without an error, under 1 MB and without plotly.js', () => {
    const text = readFileSync(path.join(folder, name), 'utf8')
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000)
    expect(text).not.toContain('plotly.js v')
    for (const cell of codeOf(committed)) {
      expect(cell.execution_count).toEqual(expect.any(Number))
      expect(cell.outputs!.filter((output) => output.output_type === 'error')).toEqual([])
      // A type error is shown under a cell that runs all the same.
      expect(shown(cell).join('\n')).not.toMatch(/TS\d{4,5}/)
    }
  })

  it('names no folder of the machine that it was run on', () => {
    expect(readFileSync(path.join(folder, name), 'utf8')).not.toMatch(/\/(?:root|home|Users|work|tmp)\//)
  })

  it('runs from first cell to last', () => {
    expect(run.status, String(run.stderr)).toBe(0)
    expect(codeOf(read(out)).every((cell) => cell.execution_count != null)).toBe(true)
  })

  it('shows what the committed one shows', () => {
    const [before, after] = [codeOf(committed), codeOf(read(out))]
    expect(after.length).toBe(before.length)
    for (const [i, cell] of after.entries()) expect(shown(cell), `cell ${i + 1}`).toEqual(shown(before[i]!))
  })

  it('exports to one page that needs no network, with a picture for every figure', () => {
    expect(existsSync(html)).toBe(true)
    const page = readFileSync(html, 'utf8')
    const figures = codeOf(read(out))
      .flatMap((cell) => cell.outputs!)
      .filter((output) => Object.keys(output.data ?? {}).some((type) => type.includes('plotly')))
    const pictures =
      page.replace(/<script[\s\S]*?<\/script>/gi, '').match(/<svg[\s>]|<img[^>]+src="data:image\//gi) ?? []
    expect(figures.length).toBeGreaterThanOrEqual(3)
    expect(pictures.length).toBeGreaterThanOrEqual(figures.length)
    expect(page).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)=["']https?:/i)
  })
})
