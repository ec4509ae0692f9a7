import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { colouredSource, palette } from '../../kernel/repl/colour.js'
import { commonStart, type Edit, edited, inserted, movedLine, typedIn } from '../../kernel/repl/editing.js'
import { Printer } from '../../kernel/terminal.js'
import { textWidth } from '../../kernel/text-width.js'
import { command, skylab, temporaryFolder, until } from '../tools.js'

/** A text with its cursor at the bar. */
function edit(shown: string): Edit {
  return { text: shown.replace('|', ''), at: shown.indexOf('|') }
}

function shown({ text, at }: Edit): string {
  return `${text.slice(0, at)}|${text.slice(at)}`
}

describe('editing', () => {
  it.each([
    ['left', {}, 'a😀|b', 'a|😀b'],
    ['right', {}, 'a|😀b', 'a😀|b'],
    ['backspace', {}, 'a😀|b', 'a|b'],
    ['backspace', {}, 'x\n    |y', 'x\n  |y'],
    ['delete', {}, 'a|😀b', 'a|b'],
    ['home', {}, 'one\ntwo|', 'one\n|two'],
    ['end', {}, 'o|ne\ntwo', 'one|\ntwo'],
    ['k', { ctrl: true }, 'o|ne\ntwo', 'o|\ntwo'],
    ['k', { ctrl: true }, 'o|\ntwo', 'o|two'],
    ['u', { ctrl: true }, 'one\ntw|o', 'one\n|o'],
    ['w', { ctrl: true }, 'let word | = 1', 'let | = 1'],
    ['b', { meta: true }, 'let word| = 1', 'let |word = 1'],
    ['f', { meta: true }, 'let| word = 1', 'let word| = 1'],
    ['d', { ctrl: true }, 'a|b', 'a|'],
  ])('%s %j: %j becomes %j', (name, held, before, after) => {
    expect(shown(edited(edit(before), { name, ...held })!)).toBe(after)
  })

  it('moves between lines in the same column, and not beyond them', () => {
    expect(shown(movedLine(edit('abc\nd\nef|g'), -1)!)).toBe('abc\nd|\nefg')
    expect(shown(movedLine(edit('ab|c\nd'), 1)!)).toBe('abc\nd|')
    expect(movedLine(edit('a|'), -1)).toBeUndefined()
    expect(movedLine(edit('a|'), 1)).toBeUndefined()
  })

  it('puts text in, and finds what names share', () => {
    expect(shown(inserted(edit('a|c'), 'b'))).toBe('ab|c')
    expect(shown(typedIn(edit('f(() => {\n  |'), '}'))).toBe('f(() => {\n}|')
    expect(shown(typedIn(edit('a  |'), '}'))).toBe('a  }|')
    expect(commonStart(['match', 'map', 'max'])).toBe('ma')
    expect(commonStart([])).toBe('')
  })

  it('colours a line without changing its text or letting a colour run over its end', () => {
    const source = 'const a = `x\n"y" & <z>`'
    const coloured = colouredSource(source, palette(8))
    expect(stripVTControlCharacters(coloured)).toBe(source)
    for (const line of coloured.split('\n')) expect(line.endsWith('\x1b[0m')).toBe(true)
    expect(colouredSource(source, palette(1))).toBe(source)
  })

  it('knows how wide text is on a screen', () => {
    expect(textWidth('\x1b[31mab\x1b[0m')).toBe(2)
    expect(textWidth('漢字😀')).toBe(6)
    expect(textWidth('e\u0301')).toBe(1)
  })
})

describe('printer', () => {
  function recorder(isTTY: boolean) {
    const written: string[] = []
    const printer = new Printer(
      { isTTY, columns: 20, rows: 10, write: (text: string) => written.push(text) },
      { colour: false },
    )
    return { written, printer }
  }
  const display = (text: string, id: string, kind: 'display' | 'update') =>
    ({ kind, id, bundle: { data: { 'text/plain': text } } }) as const

  it('redraws a display in its place on a terminal, with text above it', () => {
    const { written, printer } = recorder(true)
    printer.output(display('1 of 2', 'p', 'display'))
    printer.output(display('a line that is wider than the screen', 'p', 'update'))
    printer.output({ kind: 'stream', name: 'stdout', text: 'hello\nrest' })
    printer.settle()
    expect(written.join('')).toBe(
      [
        '1 of 2\n',
        '\x1b[1A\ra line that is wide…\n\x1b[K\x1b[J',
        '\x1b[1A\rhello\x1b[K\na line that is wide…\n\x1b[K\x1b[J',
        '\x1b[1A\rrest\x1b[K\na line that is wider than the screen\x1b[K\n\x1b[K\x1b[J',
      ].join(''),
    )
  })

  it('cuts the rows of a table to the screen, and nothing else', () => {
    const { written, printer } = recorder(true)
    const long = 'a row that is longer than that'
    printer.output({ kind: 'result', bundle: { data: { 'text/html': '<table>', 'text/plain': long } } })
    printer.output({ kind: 'result', bundle: { data: { 'text/plain': long } } })
    expect(written.join('')).toBe(`a row that is longe…\n${long}\n`)
  })

  it('tells a sentence to its end, and cuts what is drawn in lines', () => {
    const { written, printer } = recorder(true)
    const long = 'a sentence that is longer than that'
    printer.output({ kind: 'result', bundle: { data: { 'text/html': '<div>', 'text/plain': long } } })
    printer.output({ kind: 'result', bundle: { data: { 'text/html': '<div>', 'text/plain': `${long}\nand more` } } })
    expect(written.join('')).toBe(`${long}\na sentence that is …\nand more\n`)
  })

  it('takes back what the cell has printed where the cell says so, now or when something comes in its place', () => {
    const { written, printer } = recorder(true)
    printer.output({ kind: 'stream', name: 'stdout', text: 'one\ntwo' })
    printer.output({ kind: 'clear', wait: false })
    printer.output({ kind: 'stream', name: 'stdout', text: 'three\n' })
    printer.output({ kind: 'clear', wait: true })
    expect(written.join('')).toBe('one\ntwo\x1b[1A\r\x1b[Jthree\n')
    printer.output({ kind: 'stream', name: 'stdout', text: 'four\n' })
    expect(written.join('')).toBe('one\ntwo\x1b[1A\r\x1b[Jthree\n\x1b[1A\r\x1b[Jfour\n')
  })

  it('prints only the last state where there is no terminal', () => {
    const { written, printer } = recorder(false)
    printer.output({ kind: 'stream', name: 'stdout', text: 'no end' })
    for (const n of [1, 2, 3]) printer.output(display(`${n} of 3`, 'p', n === 1 ? 'display' : 'update'))
    printer.output({ kind: 'stream', name: 'stderr', text: '\x1b[31mred\x1b[0m\n' })
    printer.settle()
    expect(written.join('')).toBe('no end\nred\n3 of 3\n')
  })
})

describe('skylab repl from a pipe', () => {
  it('runs each complete piece, and tells by its status whether one failed', async () => {
    const good = await skylab(['repl'], { input: 'function twice(n: number) {\n  return n * 2\n}\ntwice(21)\n' })
    expect(good).toMatchObject({ status: 0, stdout: '42\n' })
    const bad = await skylab(['repl'], { input: "throw new Error('no')\n1 + 1\n" })
    expect(bad.status).toBe(1)
    expect(bad.stdout).toContain('Error: no')
    expect(bad.stdout).toContain('2\n')
  })

  it('reads on where the next line belongs to the piece, waits for what was started, and leaves with a status', async () => {
    const input = [
      'if (1 > 2) { console.log("if") }',
      'else { console.log("else") }',
      'setTimeout(() => console.log("later"), 300)',
      '[3, 1, 2]',
      '  .toSorted()',
      'Number?',
    ].join('\n')
    const { status, stdout } = await skylab(['repl'], { input })
    expect({ status, lines: stdout.split('\n').filter((line) => /^(if|else|later|\[)/.test(line)) }).toEqual({
      status: 0,
      lines: ['else', '[ 1, 2, 3 ]', 'later'],
    })
    expect(stdout).toContain('NumberConstructor')
    const left = await skylab(['repl'], { input: 'console.log("before")\n.exit 3\nconsole.log("after")\n' })
    expect(left).toMatchObject({ status: 3, stdout: 'before\n' })
  })
})

const python = spawnSync('python3', ['-c', 'import pty']).status === 0

describe.runIf(python)('skylab repl in a terminal', () => {
  const { folder, remove } = temporaryFolder()
  const running: ReturnType<typeof spawn>[] = []
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL')
  })
  afterAll(remove)

  /** A REPL in a pseudo-terminal of 80 columns, made by Python's pty module. */
  function terminal() {
    const child = spawn(
      'python3',
      [fileURLToPath(new URL('./terminal.py', import.meta.url)), process.execPath, command, 'repl'],
      {
        env: {
          ...process.env,
          SKYLAB_HISTORY: path.join(folder, 'history.jsonl'),
          NO_COLOR: '1',
          BROWSER: 'none',
          TMPDIR: folder,
        },
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    running.push(child)
    let raw = ''
    child.stdout!.setEncoding('utf8').on('data', (text) => (raw += text))
    const screen = () => stripVTControlCharacters(raw).replace(/\r/g, '')
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
    let seen = 0
    return {
      ended,
      /** Types keys, then waits for a text that appears after that. */
      async type(keys: string, expected: string | RegExp) {
        seen = screen().length
        child.stdin!.write(keys)
        await this.see(expected)
      },
      async see(expected: string | RegExp) {
        await until(
          () =>
            typeof expected === 'string'
              ? screen().slice(seen).includes(expected)
              : expected.test(screen().slice(seen)),
          30,
        )
      },
      since: () => screen().slice(seen),
    }
  }

  it('edits several lines, completes, remembers, and leaves on Ctrl-D', async () => {
    const repl = terminal()
    await repl.see('> ')
    await repl.type('function twice(n: number) {\r', '… ')
    await repl.type('return n * 2\r', '… ')
    await repl.type('}\r', /\n> /)
    await repl.type('twi\t', 'twice')
    await repl.type('(21)\r', '42')
    await repl.see(/\n> /)
    await repl.type('\x1b[A', 'twice(21)')
    await repl.type('\x15\x04', '')
    expect(await repl.ended).toBe(0)
    expect(readFileSync(path.join(folder, 'history.jsonl'), 'utf8')).toContain('twice(21)')
  })

  it('interrupts on Ctrl-C and keeps variables; two of them at an empty line leave', async () => {
    const repl = terminal()
    await repl.see('> ')
    await repl.type('let kept = 41\r', /\n> /)
    await repl.type("console.log('going'); while (true) {}\r", /going\n/)
    await repl.type('\x03', /\n> /)
    await repl.type('kept + 1\r', '42')
    await repl.see(/\n> /)
    await repl.type('\x03', 'again')
    await repl.type('\x03', '')
    expect(await repl.ended).toBe(0)
  })

  it('shows what is drawn on an interrupt in its place', async () => {
    const repl = terminal()
    await repl.see('> ')
    const host = "(globalThis as any)[Symbol.for('skylab.host')]"
    await repl.type(
      `const host = ${host}; host.display({ 'text/plain': 'half' + 'way' }, { id: 'p' }); host.signal().addEventListener('abort', () => host.display({ 'text/plain': 'ended' + ' early' }, { id: 'p', update: true, final: true })); await new Promise(() => {})\r`,
      /halfway/,
    )
    await repl.type('\x03', /ended early/)
    await repl.type('\x15\x04', '')
    expect(await repl.ended).toBe(0)
  })

  it('saves a figure as a page and prints where', async () => {
    const repl = terminal()
    await repl.see('> ')
    const figure =
      "({ [Symbol.for('Jupyter.display')]: () => ({ 'application/vnd.plotly.v1+json': { data: [{ y: [1, 2] }], layout: {} }, 'text/plain': 'two points' }) })"
    await repl.type(`${figure}\r`, /file:\/\/\S+figure-1\.html/)
    const file = /file:\/\/(\S+figure-1\.html)/.exec(repl.since())![1]!
    expect(readFileSync(file, 'utf8')).toContain('Plotly.newPlot')
    expect(existsSync(path.join(path.dirname(file), 'plotly.js'))).toBe(true)
  })
})
