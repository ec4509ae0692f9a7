import { describe, expect, it } from 'vitest'
import { type CodeCell, type Notebook, notebookText, parseNotebook } from '../../kernel/notebook/document.js'
import { OutputKeeper } from '../../kernel/notebook/outputs.js'
import { injectParameters, readParameter } from '../../kernel/notebook/parameters.js'

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
  it.each(['limit=20', 'text=x=y', 'empty=', 'version=1.10', 'spaced= x '])('reads %s as it stands', (text) => {
    const at = text.indexOf('=')
    expect(readParameter(text)).toEqual({ name: text.slice(0, at), text: text.slice(at + 1) })
  })

  it.each([
    ['let a = 5', 'a=20', 'a = 20'],
    ['let a = -5', 'a=1_000', 'a = 1000'],
    ['let a = 0.5', 'a=.25', 'a = 0.25'],
    ['let a: number | null = null', 'a=1e-3', 'a = 0.001'],
    ['let a: number | null = 1', 'a=null', 'a = null'],
    ['let a = 5n', 'a=12345678901234567890', 'a = 12345678901234567890n'],
    ['let a = false', 'a=true', 'a = true'],
    ["let a = 'x'", 'a=1.10', 'a = "1.10"'],
    ["let a = 'x'", 'a=true', 'a = "true"'],
    ['let a = `x`', 'a=', 'a = ""'],
    ["let a: 'fast' | 'slow' = 'fast'", 'a=slow', 'a = "slow"'],
    ['let a: 1 | 2 = 1', 'a=2', 'a = 2'],
    ["let a: string | number = 'x'", 'a=7', 'a = 7'],
    ["let a: string | number = 'x'", 'a=7b', 'a = "7b"'],
    ['let a = [1]', 'a=[2, {"b": 3}]', 'a = [2,{"b":3}]'],
    ['let a: readonly string[] = []', 'a=["x"]', 'a = ["x"]'],
    ['let a: Record<string, number> = {}', 'a={"x": 1}', 'a = {"x":1}'],
    ['let a = process.env.A', 'a=7', 'a = 7'],
    ['let a = process.env.A', 'a=007', 'a = "007"'],
    ['let a', 'a=x', 'a = "x"'],
    ['let a = null', 'a=true', 'a = true'],
    ['let a: Thing = make()', 'a=x', 'a = "x"'],
    ['const a = 5', 'a=6', 'const a = 6'],
    ['const parameters = { a: 5 } as const', 'a=6', 'parameters.a = 6'],
  ])('writes for %j and -p %s: %s', async (source, given, written) => {
    const book = notebook(codeCell(source, ['parameters']))
    await injectParameters(book, [readParameter(given)])
    expect(book.cells[1]!.source.split('\n')[1]).toBe(written)
  })

  it.each([
    ['let limit = 5', 'limit=abc', /limit is a number in this notebook \(5\), and "abc" is not/, '-p limit=5'],
    ['let limit = 5', 'limit=', /a number/, '-p limit=5'],
    ['let limit = 5', 'limit=null', /a number/, '-p limit=5'],
    ['let on: boolean = true', 'on=yes', /true or false/, '-p on=true'],
    ["let how: 'fast' | 'slow' = 'fast'", 'how=slw', /"fast" or "slow"/, '-p how=fast'],
    ['let list: number[] = []', 'list=1,2', /a list \(JSON\)/, "-p list='[1, 2]'"],
    ['let list = [1]', 'list=[1,', /a list/, "-p list='[1, 2]'"],
    ['let flags = { a: 1 }', 'flags=[1]', /an object/, '-p flags=\'{"a": 1}\''],
    ['let n = 5n', 'n=1.5', /whole number/, '-p n=20'],
    ['const parameters = { limit: 3 }', 'limit=x', /a number/, '-p limit=3'],
  ])('refuses for %j the value of -p %s', async (source, given, what, fix) => {
    const book = notebook(codeCell(source, ['parameters']))
    const refused = injectParameters(book, [readParameter(given)])
    await expect(refused).rejects.toMatchObject({ status: 2, message: expect.stringMatching(what), fix })
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
