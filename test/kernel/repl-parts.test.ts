// The parts of the editor that need no terminal.
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { matchingBrackets } from '../../kernel/repl/brackets.js'
import { colouredTraceback, colouredValue, palette } from '../../kernel/repl/colour.js'
import { command, isCommand } from '../../kernel/repl/commands.js'
import { type Edit, edited } from '../../kernel/repl/editing.js'
import { browserCommand } from '../../kernel/repl/figures.js'
import { KeyReader } from '../../kernel/repl/keys.js'
import { layout, marked } from '../../kernel/repl/layout.js'
import { Menu } from '../../kernel/repl/menu.js'
import { completeness } from '../../kernel/repl/piece.js'
import { Recall } from '../../kernel/repl/recall.js'
import { Search } from '../../kernel/repl/search.js'
import { Undo } from '../../kernel/repl/undo.js'
import type { Session } from '../../kernel/session.js'
import { cutToWidth, textWidth } from '../../kernel/text-width.js'

function edit(shown: string): Edit {
  return { text: shown.replace('|', ''), at: shown.indexOf('|') }
}

const shown = ({ text, at }: Edit) => `${text.slice(0, at)}|${text.slice(at)}`

describe('keys', () => {
  const read = (...pieces: string[]) => {
    const reader = new KeyReader()
    return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.flush()].map(({ more: _, ...key }) => key)
  }

  it.each([
    ['\x1b[A', { name: 'up' }],
    ['\x1bOA', { name: 'up' }],
    ['\x1b[1;5C', { name: 'right', ctrl: true }],
    ['\x1b[3~', { name: 'delete' }],
    ['\x1b[3;3~', { name: 'delete', meta: true }],
    ['\x1b[Z', { name: 'tab', shift: true }],
    ['\x1b\r', { name: 'return', meta: true }],
    ['\x1b[13;2u', { name: 'return', shift: true }],
    ['\x1b[27;5;13~', { name: 'return', ctrl: true }],
    ['\x1b\x7f', { name: 'backspace', meta: true }],
    ['\x1bb', { name: 'b', meta: true }],
    ['\x1b\x1b[D', { name: 'left', meta: true }],
    ['\x03', { name: 'c', ctrl: true }],
    ['\x1f', { name: '_', ctrl: true }],
    ['\x1b', { name: 'escape' }],
    ['日本', { name: 'text', text: '日本' }],
  ])('reads %j', (input, key) => {
    expect(read(input)).toEqual([key])
    // The same in single pieces, as a slow line gives them; typed text then comes in as many keys.
    if (key.name !== 'text') expect(read(...input)).toEqual([key])
  })

  it('takes a paste whole, whatever is in it, and leaves out what a terminal answers', () => {
    expect(read('\x1b[200~a\r\n\tb\x03', '\x1b[A', 'c\x1b[20', '1~x')).toEqual([
      { name: 'paste', text: 'a\n\tb\x03\x1b[Ac' },
      { name: 'text', text: 'x' },
    ])
    expect(read('\x1b]11;rgb:0000/0000/0000\x1b\\a')).toEqual([{ name: 'text', text: 'a' }])
  })

  it('says which keys came in one breath', () => {
    expect(new KeyReader().push('a\rb').map(({ name, more }) => [name, more])).toEqual([
      ['text', true],
      ['return', true],
      ['text', undefined],
    ])
  })
})

describe('editing', () => {
  it.each([
    ['left', {}, 'a👨‍👩‍👧|b', 'a|👨‍👩‍👧b'],
    ['right', {}, 'a|e\u0301b', 'ae\u0301|b'],
    ['backspace', {}, 'a👍🏽|', 'a|'],
    ['left', {}, 'a\n|b', 'a|\nb'],
    ['t', { ctrl: true }, 'ab|c', 'acb|'],
    ['t', { ctrl: true }, 'abc|', 'acb|'],
    ['u', { meta: true }, 'a |word b', 'a WORD| b'],
    ['c', { meta: true }, '|wORD', 'Word|'],
    ['<', { meta: true }, 'one\ntwo|', '|one\ntwo'],
    ['>', { meta: true }, '|one\ntwo', 'one\ntwo|'],
  ])('%s %j: %j becomes %j', (name, held, before, after) => {
    expect(shown(edited(edit(before), { name, ...held })!)).toBe(after)
  })

  it('undoes what was typed in one go, and takes that back', () => {
    const undo = new Undo()
    undo.keep(edit('|'), true)
    undo.keep(edit('a|'), true)
    undo.keep(edit('ab|'), false)
    expect(shown(undo.back(edit('|')))).toBe('ab|')
    expect(shown(undo.back(edit('ab|')))).toBe('|')
    expect(shown(undo.back(edit('|')))).toBe('|')
    expect(shown(undo.forward(edit('|')))).toBe('ab|')
  })

  it('walks through earlier inputs that begin like what stands before the cursor', () => {
    const recall = new Recall(['let a', 'f()', 'let b', 'let b'])
    let at = edit('let|')
    const seen = [-1, -1, -1, 1, 1, 1].map((step) => {
      const next = recall.step(at, step as -1 | 1)
      at = next ?? at
      return next?.text
    })
    expect(seen).toEqual(['let b', 'let a', undefined, 'let b', 'let', undefined])
  })

  it('finds the partner of a bracket, and not one in a text', () => {
    expect(matchingBrackets('f(a, "(", [1])', 1)).toEqual([1, 13])
    expect(matchingBrackets('f(a, "(", [1])', 14)).toEqual([1, 13])
    expect(matchingBrackets('f(a, "(", [1])', 12)).toEqual([10, 12])
    expect(matchingBrackets('f(]', 2)).toBeUndefined()
    expect(matchingBrackets('f', 1)).toBeUndefined()
  })
})

describe('layout', () => {
  const lay = (text: string, at: number, width: number) =>
    layout({ prompt: { text: '> ' }, more: { text: '… ' }, spans: [{ text }], at, width })

  it('breaks rows itself, and knows where the cursor stands', () => {
    expect(lay('abcdef', 6, 5)).toEqual({ rows: ['> abc', 'def'], row: 1, column: 3 })
    expect(lay('abc', 3, 5)).toEqual({ rows: ['> abc', ''], row: 1, column: 0 })
    expect(lay('a\nb', 3, 5)).toEqual({ rows: ['> a', '… b'], row: 1, column: 3 })
    expect(lay('', 0, 5)).toEqual({ rows: ['> '], row: 0, column: 2 })
  })

  it('never halves a wide character, and shows what would steer the terminal', () => {
    expect(lay('ab漢', 2, 5)).toEqual({ rows: ['> ab', '漢'], row: 0, column: 4 })
    expect(lay('\t\x1b[2J', 1, 20)).toEqual({ rows: ['>   ^[[2J'], row: 0, column: 4 })
  })

  it('marks a part of the text in a style of its own', () => {
    const spans = marked([{ text: 'ab', style: '1' }, { text: 'cd' }], [[1, 3]], '4')
    expect(spans).toEqual([
      { text: 'a', style: '1' },
      { text: 'b', style: '1;4' },
      { text: 'c', style: '4' },
      { text: 'd', style: undefined },
    ])
  })

  it('counts and cuts by columns', () => {
    expect(['漢', '🇩🇪', '👨‍👩‍👧', 'e\u0301', '½', '\x1b[31m漢\x1b[0m'].map(textWidth)).toEqual([2, 2, 2, 1, 1, 2])
    expect(cutToWidth('漢字漢字', 6)).toBe('漢字…')
    expect(cutToWidth('\x1b[31mabcdef\x1b[0m', 4)).toBe('\x1b[31mabc…\x1b[0m')
    expect(cutToWidth('abcd', 4)).toBe('abcd')
  })
})

describe('completion menu', () => {
  const items = ['alpha', 'alone', 'beta'].map((text) => ({ text, type: 'const' }))

  it('steps round, gives the text with the chosen item, and narrows while one types', () => {
    const menu = new Menu({ from: 4, to: 4, items }, edit('x + |'))
    expect(shown(menu.step(1))).toBe('x + alpha|')
    expect(shown(menu.step(-1))).toBe('x + beta|')
    expect(menu.rows(40, {}, 'const beta: number')).toEqual([
      '  alpha  const',
      '  alone  const',
      '› beta   const',
      '  const beta: number',
    ])
    expect(menu.narrowed(edit('x + al|'))!.rows(40, {}, undefined)).toEqual(['  alpha  const', '  alone  const'])
    expect(menu.narrowed(edit('x + z|'))).toBeUndefined()
    expect(menu.narrowed(edit('x +|'))).toBeUndefined()
  })

  it('shows eight rows of many, cut to the screen, around the chosen one', () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ text: `name${i}`, type: 'a kind that is long' }))
    const menu = new Menu({ from: 0, to: 0, items: many }, edit('|'))
    for (let i = 0; i < 12; i++) menu.step(1)
    const rows = menu.rows(20, {}, undefined)
    expect(rows).toHaveLength(9)
    expect(rows.some((row) => row.startsWith('› name11'))).toBe(true)
    expect(rows.at(-1)).toBe('  12 of 30')
    expect(Math.max(...rows.map(textWidth))).toBeLessThanOrEqual(20)
  })
})

describe('search', () => {
  it('finds the latest input that holds the words, then older ones, each once', () => {
    const search = new Search(['const Mean = 1', 'mean(2)', 'other', 'mean(2)'])
    expect(search.found).toBeUndefined()
    search.ask('mean')
    expect(search.found).toEqual({ text: 'mean(2)', from: 0, to: 4 })
    search.step(1)
    expect(search.found).toEqual({ text: 'const Mean = 1', from: 6, to: 10 })
    search.step(1)
    expect(search.found!.text).toBe('const Mean = 1')
    search.ask('Mean')
    expect(search.found!.text).toBe('const Mean = 1')
    search.ask('nowhere')
    expect(search.found).toBeUndefined()
    expect(search.line).toContain('nothing found')
  })
})

describe('colours', () => {
  /** Relative luminance and contrast, WCAG 2.2. */
  const luminance = (rgb: number[]) =>
    rgb.reduce((sum, value, i) => {
      const share = value / 255
      return sum + [0.2126, 0.7152, 0.0722][i]! * (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4)
    }, 0)
  const contrast = (a: number, b: number) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
  const levels = [0, 95, 135, 175, 215, 255]
  const ofIndex = (index: number) =>
    index >= 232
      ? [0, 0, 0].map(() => 8 + (index - 232) * 10)
      : [Math.floor((index - 16) / 36), Math.floor((index - 16) / 6) % 6, (index - 16) % 6].map((i) => levels[i]!)

  it('can be read on dark and on light paper', () => {
    const papers = [
      [0, 0, 0],
      [30, 30, 30],
      [255, 255, 255],
      [253, 246, 227],
    ].map(luminance)
    const tones = Object.entries(palette(8)).filter(([, style]) => style.startsWith('38;5;'))
    expect(tones.length).toBeGreaterThan(6)
    for (const [role, style] of tones) {
      const own = luminance(ofIndex(Number(style.slice('38;5;'.length))))
      expect(Math.min(...papers.map((paper) => contrast(own, paper))), role).toBeGreaterThanOrEqual(3.5)
    }
  })

  it('changes no text of a value or of an error', () => {
    const value = "{ a: 'it\\'s', b: [ -1.5, 2n, true ], f: [Function: g], d2: 1 } ... 3 more items"
    expect(stripVTControlCharacters(colouredValue(value, palette(8)))).toBe(value)
    expect(colouredValue("'x'", palette(8))).toBe("\x1b[38;5;64m'x'\x1b[0m")
    expect(colouredValue('d2', palette(8))).toBe('d2')
    const traceback = ['Error: no', '    1 | const a = 1', '  > 2 | throw a', '      | ^']
    expect(colouredTraceback(traceback, palette(8)).map(stripVTControlCharacters)).toEqual(traceback)
    expect(colouredTraceback(traceback, palette(8))[2]).toContain('\x1b[38;5;98mthrow')
    expect(colouredTraceback(traceback, {})).toBe(traceback)
  })
})

describe('lines for the terminal', () => {
  const session = {
    isComplete: async (text: string) => ({ status: text.endsWith('{') ? 'incomplete' : 'complete' }),
  } as unknown as Session

  it('knows them from TypeScript', () => {
    for (const line of ['.help', ' .exit 3', 'exit', 'process.exit(2)', 'quit()'])
      expect(isCommand(line), line).toBe(true)
    for (const line of ['.5 + 1', 'exit = 3', 'process.exit', 'const a = 1', '...rest'])
      expect(isCommand(line), line).toBe(false)
  })

  it('leaves with the status given, and says what is wrong with a line', async () => {
    expect(await command('process.exit(3)', session, [])).toEqual({ kind: 'leave', status: 3 })
    expect(await command('.exit', session, [])).toEqual({ kind: 'leave', status: 0 })
    expect(await command('.hepl', session, [])).toMatchObject({ text: 'There is no .hepl here.\n  → .help' })
    expect(await command('.load nowhere.ts', session, [])).toMatchObject({
      text: expect.stringContaining('Cannot read nowhere.ts: there is no such file.'),
    })
    expect(await command('.save', session, [])).toMatchObject({ text: expect.stringContaining('.save cells.ts') })
  })

  it.each([
    ['.load a', 'complete'],
    ['exit', 'complete'],
    // What is no line for the terminal is asked of the session.
    ['function f() {', 'incomplete'],
    ['1 + 1', 'complete'],
  ])('%j is %s', async (text, status) => {
    expect((await completeness(text, session)).status).toBe(status)
  })
})

describe('browser', () => {
  it.each([
    [{}, 'linux', undefined],
    [{ DISPLAY: ':0' }, 'linux', ['xdg-open']],
    [{ SSH_CONNECTION: 'x' }, 'darwin', undefined],
    [{}, 'darwin', ['open']],
    [{ BROWSER: 'none', DISPLAY: ':0' }, 'linux', undefined],
    [{ BROWSER: 'firefox' }, 'linux', ['firefox']],
  ] as const)('with %j on %s: %j', (env, platform, expected) => {
    expect(browserCommand(env, platform)).toEqual(expected)
  })
})
