// The REPL as a person sees it, in tmux.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { command, root, temporaryFolder } from '../tools.js'
import { Tmux, tmuxHere } from './tmux.js'

describe.runIf(tmuxHere)('skylab repl in tmux', () => {
  const { folder, remove } = temporaryFolder()
  const open: Tmux[] = []
  afterEach(() => {
    for (const terminal of open.splice(0)) terminal.end()
  })
  afterAll(remove)
  const history = path.join(folder, 'history.jsonl')
  const skylab = `cd ${root} && ${process.execPath} ${command} repl`

  async function start(options: { line?: string; columns?: number; rows?: number; env?: Record<string, string> } = {}) {
    const { line = skylab, env, ...size } = options
    const own = { SKYLAB_HISTORY: history, NO_COLOR: '', BROWSER: 'none', TMPDIR: folder, ...env }
    const terminal = new Tmux(line, { ...size, env: own })
    open.push(terminal)
    await terminal.see(/^> ?$/m)
    return terminal
  }

  it('completes with types, chooses with the keys, and says what is known of the choice', async () => {
    const terminal = await start()
    terminal.keys('const numbers = [3, 1, 2]', 'Enter')
    await terminal.see(/\n> $|\n>$/)
    terminal.keys('numbers.', 'Tab')
    await terminal.see(/concat +method/)
    terminal.keys('so')
    await terminal.see(/some +method\n +sort +method\n?/)
    terminal.keys('Tab', 'Tab')
    await terminal.see(/› sort +method[\s\S]*sort\(compareFn/)
    terminal.keys('Enter', '()', 'Enter')
    const screen = await terminal.see('[ 1, 2, 3 ]')
    expect(screen).toContain('> numbers.sort()')
    expect(screen).not.toContain('method')
  })

  it('takes a paste of many lines as it is, finds it again with Ctrl-R, and edits it', async () => {
    writeFileSync(history, '')
    const terminal = await start()
    terminal.paste(
      'function add(a: number, b: number) {\n\tif (a > b) {\n\t\treturn a\n\t}\n\n\treturn a + b // 漢字 😀\n}\n',
    )
    expect(await terminal.see('… }')).toContain('…   return a + b // 漢字 😀')
    terminal.keys('Enter')
    await terminal.see(/\n>$/)
    terminal.keys('add(1, 2)', 'Enter')
    await terminal.see('3\n>')
    terminal.keys('C-r', 'retu')
    await terminal.see(/search: retu▏ +1 of 1/)
    terminal.keys('Tab', 'C-End')
    await terminal.see(/… }\n?$/)
    terminal.keys('C-c')
    await terminal.see(/}\n>$/)
    expect(readFileSync(history, 'utf8')).toContain('\\treturn a + b // 漢字 😀')
  })

  it('keeps its rows where the window changes its size, and where the text is taller than it', async () => {
    const terminal = await start({ columns: 60, rows: 10 })
    terminal.keys(`'${'long 漢字 😀 '.repeat(8)}'.length`)
    await terminal.see('.length')
    terminal.resize(35, 10)
    await terminal.see(/^> 'long 漢字 😀 long 漢字 😀 /m)
    terminal.resize(90, 10)
    await terminal.see(/^> '(long 漢字 😀 ){5,}/m)
    terminal.keys('Enter')
    expect((await terminal.see(/^88$/m)).match(/^> 'long/gm)).toHaveLength(1)
    terminal.paste(Array.from({ length: 20 }, (_, i) => `const v${i} = ${i}`).join('\n'))
    await terminal.see('v19')
    terminal.keys(...Array.from({ length: 19 }, () => 'Up'))
    expect(await terminal.see('> const v0 = 0')).not.toContain('v19')
    terminal.keys('C-End', 'Enter')
    await terminal.see(/v19 = 19\n>/)
    terminal.keys('v0 + v19', 'Enter')
    await terminal.see(/^19$/m)
  })

  it('is put aside by Ctrl-Z and comes back with what was being typed', async () => {
    const terminal = new Tmux('bash --norc -i', { env: { SKYLAB_HISTORY: history } })
    open.push(terminal)
    await terminal.see(/bash-\S+$/)
    terminal.keys(skylab, 'Enter')
    await terminal.see(/^> ?$/m)
    terminal.keys('40 +')
    await terminal.see('> 40 +')
    terminal.keys('C-z')
    await terminal.see('Stopped')
    terminal.keys('echo "in the $((1 + 1))nd"', 'Enter')
    await terminal.see('in the 2nd')
    terminal.keys('fg', 'Enter')
    await terminal.see(/> 40 \+$/)
    terminal.keys(' 2', 'Enter')
    await terminal.see(/^42$/m)
    terminal.keys('C-d')
    await terminal.see(/bash-\S+$/)
  })

  it('loses nothing that is typed ahead, asks questions, and ends a question with its cell', async () => {
    const terminal = await start()
    terminal.keys('await new Promise((done) => setTimeout(done, 1000)); "slept"', 'Enter')
    terminal.keys('const who = prompt("who?"); "hi " + who', 'Enter')
    await terminal.see(/'slept'[\s\S]*who\?$/)
    terminal.keys('Ada', 'Enter')
    await terminal.see("'hi Ada'")
    terminal.keys('prompt("and?")', 'Enter')
    await terminal.see(/and\?$/)
    terminal.keys('C-c')
    await terminal.see('Interrupted')
    terminal.keys('process.exit(0)', 'Enter')
  })

  it('draws progress in its place, with text above it and what comes late above what is typed', async () => {
    const terminal = await start({ rows: 24 })
    terminal.keys(
      `setTimeout(() => console.log('late'), 4000); const host = (globalThis as any)[Symbol.for('skylab.host')]; for (let i = 1; i <= 5; i++) { await host.display({ 'text/plain': i + ' of 5' }, { id: 'p', update: i > 1 }); console.log('line', i); await new Promise((r) => setTimeout(r, 200)) }`,
      'Enter',
    )
    const screen = await terminal.see(/5 of 5\n>/)
    expect(screen).toMatch(/line 1\nline 2\nline 3\nline 4\nline 5\n5 of 5\n>/)
    expect(screen.match(/of 5$/gm)).toHaveLength(1)
    terminal.keys('typing')
    await terminal.see(/late\n> typing$/)
  })

  it('colours what is typed, values and the code in errors; none of it where NO_COLOR is set', async () => {
    const terminal = await start({ line: skylab.replace('&& ', '&& env TERM=screen-256color ') })
    terminal.keys('const text = "x"', 'Enter')
    terminal.keys('[text]', 'Enter')
    await terminal.see("[ 'x' ]")
    terminal.keys('throw new Error(text)', 'Enter')
    await terminal.see('> 1 | throw')
    const coloured = terminal.screen(true)
    for (const piece of ['38;5;98mconst', `38;5;64m"x"`, `38;5;64m'x'`, '38;5;98mthrow'])
      expect(coloured).toContain(piece)
    const plain = await start({ env: { NO_COLOR: '1' } })
    plain.keys('throw "x"', 'Enter')
    await plain.see('Uncaught')
    expect(plain.screen(true)).not.toContain('\x1b[')
  })

  it('reads lines without editing on a terminal that can only print', async () => {
    const terminal = await start({
      line: `cd ${root} && env TERM=dumb ${process.execPath} ${command} repl; echo status $?; read`,
    })
    terminal.keys('const f = () => {', 'Enter', 'return 42 }', 'Enter', 'f()', 'Enter')
    await terminal.see(/> 42$/m)
    terminal.keys('while (true) {}', 'Enter')
    await new Promise((resolve) => setTimeout(resolve, 500))
    terminal.keys('C-c')
    await terminal.see('Interrupted')
    terminal.keys('C-d')
    await terminal.see('status 0')
  })
})
