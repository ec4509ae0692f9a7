import { describe, expect, it } from 'vitest'
import { codeFrame } from '../../kernel/display/error-text.js'
import { toBundle } from '../../kernel/display/index.js'
import type { Bundle } from '../../kernel/session.js'

const DISPLAY = Symbol.for('Jupyter.display')
const data = (value: unknown) => (toBundle(value) as Bundle).data

describe('a value shows itself', () => {
  it('by its own method', () => {
    expect(data({ [DISPLAY]: () => ({ 'text/html': '<b>own</b>' }) })).toEqual({ 'text/html': '<b>own</b>' })
    expect(data({ [DISPLAY]: () => ({ data: { 'text/html': '<b>own</b>' } }) })).toEqual({ 'text/html': '<b>own</b>' })
  })

  it('by a method that needs time', async () => {
    const made = toBundle({ [DISPLAY]: async () => ({ 'text/markdown': '*own*' }) })
    expect(made).toBeInstanceOf(Promise)
    expect((await made).data).toEqual({ 'text/markdown': '*own*' })
  })

  it('and is still shown when its method fails', async () => {
    const fails = () => {
      throw new Error('no picture')
    }
    expect(data({ [DISPLAY]: fails })['text/plain']).toContain('no picture')
    expect((await toBundle({ [DISPLAY]: async () => fails() })).data['text/plain']).toContain('no picture')
  })

  it('falls back where its method gives nothing', () => {
    expect(data({ a: 1, [DISPLAY]: () => undefined })['text/plain']).toContain('a: 1')
  })
})

describe('known shapes', () => {
  it('a MIME bundle', () => {
    expect(data({ 'text/html': '<i>x</i>', 'text/plain': 'x' })).toEqual({ 'text/html': '<i>x</i>', 'text/plain': 'x' })
    expect(data({ data: { 'image/svg+xml': '<svg/>' }, metadata: {} })).toEqual({ 'image/svg+xml': '<svg/>' })
    expect(data({ 'text/html': '<i>x</i>', other: 1 })['text/html']).toBeUndefined()
  })

  it('a Plotly figure', () => {
    const figure = { data: [{ type: 'bar', y: [1] }], layout: { title: 'x' } }
    expect(data(figure)).toEqual({ 'application/vnd.plotly.v1+json': figure, 'text/plain': '[figure: bar, 1 trace]' })
  })

  it('rows, escaped and capped with the total said', () => {
    const html = String(data([{ a: '<script>', b: 1 }, { c: null }])['text/html'])
    expect(html).toContain('&#60;script&#62;')
    expect(html).not.toContain('<script>')
    expect(html).toContain('2 rows × 3 columns')
    const many = Array.from({ length: 50 }, (_, at) =>
      Object.fromEntries(Array.from({ length: 30 }, (_, c) => [`k${c}`, at])),
    )
    const capped = String(data(many)['text/html'])
    expect(capped.match(/<tr>/g)).toHaveLength(21)
    expect(capped).toContain('50 rows × 30 columns; the first 20 × 20 are shown')
    expect(data([1, { a: 1 }])['text/html']).toBeUndefined()
  })

  it('a DataFrame', () => {
    const frame = {
      columns: ['a', 'b'],
      values: [
        [1, 'x'],
        [2, '<y>'],
      ],
      print() {},
    }
    expect(data(frame)['text/plain']).toBe('a  b\n1  x\n2  <y>\n2 rows × 2 columns')
    expect(data(frame)['text/html']).toContain('&#60;y&#62;')
  })

  it('a picture in bytes', () => {
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2])
    expect(data(png)).toEqual({
      'image/png': Buffer.from(png).toString('base64'),
      'text/plain': '[image/png, 6 bytes]',
    })
    expect(data(new Uint8Array([1, 2]))['text/plain']).toContain('Uint8Array(2)')
  })

  it('marked text', () => {
    expect(data({ markdown: '# x' })).toMatchObject({ 'text/markdown': '# x' })
    expect(data({ html: '<b>x</b>', other: 1 })['text/html']).toBeUndefined()
  })
})

describe('everything else is text', () => {
  it.each<[unknown, string]>([
    ['x', "'x'"],
    [1n, '1n'],
    [new Map([[1, { a: 2 }]]), 'Map(1) { 1 => { a: 2 } }'],
    [[1, [2]], '[ 1, [ 2 ] ]'],
    [Symbol('s'), 'Symbol(s)'],
    [null, 'null'],
  ])('%s', (value, text) => {
    expect(data(value)).toEqual({ 'text/plain': text })
  })

  it('also where it resists', () => {
    const resists = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no')
        },
        ownKeys: () => {
          throw new Error('no')
        },
      },
    )
    expect(typeof data(resists)['text/plain']).toBe('string')
    expect(String(data('x'.repeat(1e6))['text/plain']).length).toBeLessThan(20_000)
  })
})

it('a code frame marks the column between its neighbours', () => {
  const lines = codeFrame('one\ntwo three\nfour', 2, 5, 5).map((line) => line.replace(/\u001b\[[\d;]*m/g, ''))
  expect(lines).toEqual(['    1 | one', '  > 2 | two three', '      |     ^^^^^', '    3 | four'])
})

describe('large and hostile values', () => {
  const line = 'y'.repeat(1000)
  const HOSTILE: [string, () => unknown][] = [
    [
      'a dictionary of very many fields',
      () => Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`k${at}`, at])),
    ],
    ['nested lists', () => Array.from({ length: 100 }, () => Array(100).fill(Array(100).fill(line)))],
    [
      'rows of very many columns',
      () => [Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`c${at}`, line]))],
    ],
    ['a long name', () => ({ [line.repeat(1000)]: 1 })],
    ['a large integer', () => 2n ** 500_000n],
    ['a typed array', () => new Float64Array(5e6)],
    [
      'a Map of Maps',
      () =>
        new Map(
          Array.from({ length: 1000 }, (_, at) => [at, new Map(Array.from({ length: 1000 }, (_, x) => [x, line]))]),
        ),
    ],
  ]

  it.each(HOSTILE)('%s is some kB', (_, make) => {
    expect(JSON.stringify(data(make())).length).toBeLessThan(30_000)
  })

  it('a wide table of long cells is some kB, and its text stands on the left', () => {
    const columns = Array.from({ length: 30 }, (_, at) => [`column${at}`, at === 0 ? 1 : '<long> '.repeat(200)])
    const shown = data(Array.from({ length: 30 }, () => Object.fromEntries(columns)))
    expect(JSON.stringify(shown).length).toBeLessThan(70_000)
    expect(shown['text/html']).toContain(
      '<th style="text-align:right">column0</th><th style="text-align:left">column1</th>',
    )
    expect(shown['text/html']).toContain('&#60;long&#62;')
  })

  it('a set of many is shown in columns', () => {
    const text = String(data(new Set(Array.from({ length: 300 }, (_, at) => at)))['text/plain'])
    expect(text).toMatch(/^Set\(300\) \{\n +0, +1, +2,[\s\S]*200 more items\n\}$/)
    expect(text.split('\n').length).toBeLessThan(20)
    expect(data(new Set([1, 'x']))['text/plain']).toBe("Set(2) { 1, 'x' }")
  })

  it('a revoked proxy, and one that throws at every touch', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(data(proxy)['text/plain']).toBe('<Revoked Proxy>')
    const throws = () => {
      throw new Error('no')
    }
    expect(data(new Proxy({ a: 1 }, { get: throws, ownKeys: throws, getPrototypeOf: throws }))['text/plain']).toBe(
      '{ a: 1 }',
    )
  })

  it('says how many fields there are', () => {
    expect(String(data(HOSTILE[0]![1]())['text/plain'])).toContain('… 49,900 more fields')
  })

  it('pictures in a Blob, and SVG and WebP in bytes', async () => {
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47])
    expect((await toBundle(new Blob([png], { type: 'image/png' }))).data['image/png']).toBe('iVBORw==')
    expect(data(Buffer.from('<?xml version="1.0"?>\n<svg xmlns="x"></svg>'))['image/svg+xml']).toContain('<svg')
    expect(data(Buffer.from('RIFF....WEBPVP8 '))['image/webp']).toBeDefined()
  })
})
