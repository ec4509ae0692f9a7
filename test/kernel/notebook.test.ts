import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type CodeCell,
  type Notebook,
  notebookText,
  parseNotebook,
  readNotebook,
} from '../../kernel/notebook/document.js'
import { OutputKeeper } from '../../kernel/notebook/outputs.js'
import { injectParameters, readParameter } from '../../kernel/notebook/parameters.js'
import {
  command,
  descendants,
  finish,
  jupyterPython,
  lives,
  skylab,
  temporaryFolder,
  until,
  writeTestNotebook,
} from '../tools.js'

function codeCell(source: string, tags?: string[]): CodeCell {
  return {
    cell_type: 'code',
    id: source.slice(0, 8),
    source,
    metadata: tags ? { tags } : {},
    execution_count: null,
    outputs: [],
  }
}

function notebook(...cells: CodeCell[]): Notebook {
  return { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }
}

describe('notebook file', () => {
  it('is read and written without loss', () => {
    const text = notebookText(
      notebook({ ...codeCell('1\n2'), outputs: [{ output_type: 'stream', name: 'stdout', text: 'a\nb' }] }),
    )
    expect(JSON.parse(text).cells[0]).toMatchObject({ source: ['1\n', '2'], outputs: [{ text: ['a\n', 'b'] }] })
    expect(notebookText(parseNotebook(text, 'x'))).toBe(text)
  })

  it('gives cells of older files the same ids every time', () => {
    const text = JSON.stringify({
      nbformat: 4,
      nbformat_minor: 4,
      metadata: {},
      cells: [
        { cell_type: 'code', source: '1' },
        { cell_type: 'code', source: '1' },
      ],
    })
    const ids = parseNotebook(text, 'x').cells.map(({ id }) => id)
    expect(parseNotebook(text, 'x').cells.map(({ id }) => id)).toEqual(ids)
    expect(new Set(ids).size).toBe(2)
  })

  it.each([
    ['not JSON', 'hello', /not JSON/],
    ['no notebook', '{"a":1}', /not a notebook/],
    ['an old format', '{"nbformat":3,"worksheets":[]}', /format 3/],
    [
      'another language',
      '{"nbformat":4,"cells":[],"metadata":{"kernelspec":{"language":"python"}}}',
      /python notebook/,
    ],
    ['an unknown cell', '{"nbformat":4,"cells":[{"cell_type":"heading"}],"metadata":{}}', /cell 1/],
  ])('refuses %s', (_, text, said) => {
    expect(() => parseNotebook(text, 'x.ipynb')).toThrow(said)
  })
})

describe('parameters', () => {
  it.each([
    ['limit=20', 20],
    ['a=1e-3', 0.001],
    ['on=true', true],
    ['none=null', null],
    ['text=x=y', 'x=y'],
    ['empty=', ''],
    ['version=007', '007'],
  ])('reads %s', (text, value) => {
    expect(readParameter(text)).toEqual({ name: text.slice(0, text.indexOf('=')), value })
  })

  it('refuses a parameter without a name', () => {
    expect(() => readParameter('=3')).toThrow(/NAME=VALUE/)
    expect(() => readParameter('limit')).toThrow(/NAME=VALUE/)
  })

  it('assigns variables, keys of `parameters`, and declares constants again', async () => {
    const book = notebook(
      codeCell("let limit = 5\nconst model = 'a'\nconst parameters = { where: 'x', 'two words': 1 } as const", [
        'parameters',
      ]),
      codeCell('limit'),
    )
    const given = ['limit=7', 'model=b', 'where=y', 'two words=2'].map(readParameter)
    await injectParameters(book, given)
    expect(book.cells[1]).toMatchObject({ metadata: { tags: ['injected-parameters'] } })
    expect(book.cells[1]!.source.split('\n').slice(1)).toEqual([
      'limit = 7',
      'const model = "b"',
      'parameters.where = "y"',
      'parameters["two words"] = 2',
    ])
    await injectParameters(book, [readParameter('limit=9')])
    expect(book.cells.filter((cell) => cell.metadata.tags?.includes('injected-parameters'))).toHaveLength(1)
  })

  it('names the known parameters where one is unknown, and says where a notebook takes none', async () => {
    await expect(
      injectParameters(notebook(codeCell('let a = 1, b = 2', ['parameters'])), [readParameter('c=1')]),
    ).rejects.toMatchObject({ status: 2, fix: expect.stringContaining('a, b') })
    await expect(injectParameters(notebook(codeCell('let a = 1')), [readParameter('a=1')])).rejects.toMatchObject({
      status: 2,
    })
  })
})

describe('outputs', () => {
  it('joins streams, and an update replaces a display in whichever cell it stands', () => {
    const [first, second] = [codeCell('1'), codeCell('2')]
    const keeper = new OutputKeeper()
    for (const text of ['a', 'b\n']) keeper.add(first, { kind: 'stream', name: 'stdout', text }, 1)
    keeper.add(first, { kind: 'display', id: 'x', bundle: { data: { 'text/plain': 'old' } } }, 1)
    keeper.add(second, { kind: 'update', id: 'x', bundle: { data: { 'text/plain': 'new' } } }, 2)
    expect(first.outputs).toEqual([
      { output_type: 'stream', name: 'stdout', text: 'ab\n' },
      { output_type: 'display_data', data: { 'text/plain': 'new' }, metadata: {} },
    ])
    expect(second.outputs).toEqual([])
  })

  it('clears at once, or when the next output comes', () => {
    const cell = codeCell('1')
    const keeper = new OutputKeeper()
    const print = (text: string) => keeper.add(cell, { kind: 'stream', name: 'stdout', text }, 1)
    print('a')
    keeper.add(cell, { kind: 'clear', wait: true }, 1)
    expect(cell.outputs).toHaveLength(1)
    print('b')
    expect(cell.outputs).toEqual([{ output_type: 'stream', name: 'stdout', text: 'b' }])
    keeper.add(cell, { kind: 'clear', wait: false }, 1)
    expect(cell.outputs).toEqual([])
  })
})

const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0

describe('skylab run', () => {
  const { folder, remove } = temporaryFolder()
  const at = (name: string) => path.join(folder, name)
  afterAll(remove)

  beforeAll(() => {
    writeTestNotebook(at('good.ipynb'), [
      { markdown: '# The title\n\ntext' },
      { code: 'const parameters = { limit: 3 }\nlet greeting = "hello"', tags: ['parameters'] },
      { code: 'console.log(greeting, parameters.limit)\nparameters.limit * 2' },
      { code: "throw new RangeError('expected')", tags: ['raises-exception'] },
      {
        code: "const host = (globalThis as any)[Symbol.for('skylab.host')]\nfor (let i = 0; i < 4; i++) host.display({ 'text/plain': 'step ' + i }, { id: 'bar', update: i > 0 })",
      },
    ])
  })

  it('runs every cell, prints what they print, and saves a notebook that Jupyter accepts', async () => {
    const run = await skylab(
      [
        'run',
        'good.ipynb',
        '--output',
        'out/good.ipynb',
        '--html',
        'out/good.html',
        '-p',
        'limit=21',
        '-p',
        'greeting=a=b',
      ],
      { cwd: folder },
    )
    expect(run).toMatchObject({ status: 0, stderr: '' })
    expect(run.stdout).toContain('# The title')
    expect(run.stdout).toContain('a=b 21\n')
    expect(run.stdout).toContain('42\n')
    expect(run.stdout).toContain('RangeError: expected')
    // Where there is no terminal, only the last state of a display is printed.
    expect(run.stdout).toContain('step 3')
    expect(run.stdout).not.toContain('step 0')
    const check =
      'import nbformat, sys; n = nbformat.read(sys.argv[1], 4); nbformat.validate(n); print(n.nbformat_minor, n.metadata.kernelspec.name, n.metadata.language_info.file_extension)'
    expect(await finish(jupyterPython(), ['-c', check, at('out/good.ipynb')])).toMatchObject({
      status: 0,
      stdout: '5 skylab .ts\n',
    })
    const saved = readNotebook(at('out/good.ipynb'))
    const codes = saved.cells.filter((cell) => cell.cell_type === 'code')
    expect(codes.map((cell) => cell.execution_count)).toEqual([1, 2, 3, 4, 5])
    expect(codes.map((cell) => cell.id)).toEqual(['cell-1', 'injected-parameters', 'cell-2', 'cell-3', 'cell-4'])
    expect(codes[1]!.outputs).toEqual([])
    expect(codes[4]!.outputs).toMatchObject([{ output_type: 'display_data', data: { 'text/plain': 'step 3' } }])
    expect(readFileSync(at('out/good.html'), 'utf8')).toContain('<title>The title</title>')
  })

  it('stops at the first error with status 1, and still writes notebook and page', async () => {
    writeTestNotebook(at('bad.ipynb'), [
      { code: "console.log('before')" },
      { code: "throw new Error('broken')" },
      { code: "console.log('never')" },
    ])
    const run = await skylab(['run', 'bad.ipynb', '--output', 'bad-out.ipynb', '--html', 'bad.html'], { cwd: folder })
    expect(run.status).toBe(1)
    expect(run.stdout).toContain('broken')
    expect(run.stdout).not.toContain('never')
    const cells = readNotebook(at('bad-out.ipynb')).cells as CodeCell[]
    expect(cells.map((cell) => cell.execution_count)).toEqual([1, 2, null])
    expect(cells[1]!.outputs).toMatchObject([{ output_type: 'error', ename: 'Error', evalue: 'broken' }])
    expect(readFileSync(at('bad.html'), 'utf8')).toContain('broken')
  })

  it('waits for the type errors of its last cell', async () => {
    writeTestNotebook(at('types.ipynb'), [{ code: "const wrong: number = 'text'" }])
    const run = await skylab(['run', 'types.ipynb', '--output', 'types-out.ipynb'], { cwd: folder })
    expect(run.status).toBe(0)
    expect(run.stdout).toContain('not assignable')
    expect((readNotebook(at('types-out.ipynb')).cells[0] as CodeCell).outputs).toMatchObject([{ name: 'stderr' }])
  })

  it('leaves a whole notebook with the cells done so far, and no process, when it is killed', async () => {
    writeTestNotebook(at('long.ipynb'), [
      { code: '6 * 7' },
      { code: "console.log('waiting'); await new Promise((r) => setTimeout(r, 100_000))" },
    ])
    const child = spawn(process.execPath, [command, 'run', 'long.ipynb', '--output', 'killed.ipynb'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (printed += text))
    await until(() => printed.includes('waiting'))
    const below = descendants(child.pid!)
    child.kill('SIGKILL')
    await until(() => ![child.pid!, ...below].some(lives))
    expect((readNotebook(at('killed.ipynb')).cells[0] as CodeCell).outputs).toMatchObject([
      { data: { 'text/plain': '42' } },
    ])
  })

  it('interrupts the cell on Ctrl-C, saves, and ends with status 130', async () => {
    const child = spawn(process.execPath, [command, 'run', 'long.ipynb', '--output', 'stopped.ipynb'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (printed += text))
    await until(() => printed.includes('waiting'))
    const ended = new Promise((resolve) => child.on('exit', resolve))
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect((readNotebook(at('stopped.ipynb')).cells[1] as CodeCell).outputs.at(-1)).toMatchObject({
      output_type: 'error',
    })
  })

  it.each([
    ['a missing file', ['nowhere.ipynb'], 2, /no file nowhere.ipynb/],
    ['a folder', ['.'], 2, /is a folder/],
    ['no notebook', ['text.ipynb'], 2, /not a notebook/],
    ['an unknown parameter', ['good.ipynb', '-p', 'nope=1'], 2, /limit.*greeting|greeting.*limit/s],
    ['an unknown option', ['good.ipynb', '--outptu', 'x'], 2, /--output/],
    ['an output in a place that cannot be', ['good.ipynb', '--output', '/proc/no/x.ipynb'], 1, /Cannot write/],
    ['an output below a file', ['good.ipynb', '--output', 'text.ipynb/x.ipynb'], 1, /not a folder/],
  ])('says what to do: %s', async (_, args, status, said) => {
    writeFileSync(at('text.ipynb'), 'no JSON')
    const run = await skylab(['run', ...args], { cwd: folder })
    expect(run.stderr).toMatch(said)
    expect(run.stderr).toContain('\n  → ')
    expect(run.stderr).not.toMatch(/\n\s+at /)
    expect(run.status).toBe(status)
  })

  // A disk of 64 kB, in a namespace of its own.
  it.runIf(canMount)('says that the disk is full, and leaves no half-written file', async () => {
    writeTestNotebook(at('wide.ipynb'), [{ code: "console.log('x'.repeat(300_000))" }])
    const script =
      'mount -t tmpfs -o size=64k none "$1" && "$2" "$3" run wide.ipynb --output "$1/x.ipynb"; status=$?; ls -A "$1"; exit $status'
    mkdirSync(at('small'))
    const run = await finish('unshare', ['-rm', 'sh', '-c', script, 'sh', at('small'), process.execPath, command], {
      cwd: folder,
    })
    expect(run.stderr).toMatch(/disk is full/)
    expect(run.status).toBe(1)
    expect(run.stdout.trim().split('\n').at(-1)).toBe('x.ipynb')
  })
})
