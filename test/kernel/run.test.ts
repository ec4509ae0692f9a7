// `skylab run`: the command, as a person calls it.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CodeCell, notebookText, readNotebook } from '../../kernel/notebook/document.js'
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
  it.runIf(canMount)('goes on where the disk is full, loses nothing, and leaves no half-written file', async () => {
    writeTestNotebook(at('wide.ipynb'), [{ code: "console.log('x'.repeat(300_000))" }, { code: "'after it'" }])
    const script =
      'mount -t tmpfs -o size=64k none "$1" && "$2" "$3" run wide.ipynb --output "$1/x.ipynb"; status=$?; ls -A "$1"; exit $status'
    mkdirSync(at('small'))
    const run = await finish('unshare', ['-rm', 'sh', '-c', script, 'sh', at('small'), process.execPath, command], {
      cwd: folder,
    })
    expect(run.stderr).toMatch(/disk is full/)
    expect(run.status).toBe(1)
    expect(run.stdout.trim().split('\n').at(-1)).toBe('x.ipynb')
    const kept = /kept in (\S+x\.ipynb)/.exec(run.stderr)![1]!
    expect(run.stderr).toContain(`→ mv '${kept}'`)
    const cells = readNotebook(kept).cells as CodeCell[]
    rmSync(path.dirname(kept), { recursive: true })
    expect(cells[0]!.outputs).toMatchObject([{ text: `${'x'.repeat(300_000)}\n` }])
    expect(cells[1]!.outputs).toMatchObject([{ data: { 'text/plain': "'after it'" } }])
  })

  it('keeps the notebook elsewhere while its folder is gone, and puts it back when it is there again', async () => {
    mkdirSync(at('place'))
    writeTestNotebook(at('gone.ipynb'), [
      {
        code: "const fs = await import('node:fs'); fs.rmSync('place', { recursive: true }); fs.writeFileSync('place', '')",
      },
      { code: "fs.rmSync('place'); 'back'" },
    ])
    const run = await skylab(['run', 'gone.ipynb', '--output', 'place/out.ipynb'], { cwd: folder })
    expect(run).toMatchObject({ status: 0, stderr: '' })
    const kept = /kept in (\S+)/.exec(run.stdout)![1]!
    expect(existsSync(kept)).toBe(false)
    expect((readNotebook(at('place/out.ipynb')).cells[1] as CodeCell).outputs).toHaveLength(1)
  })

  it('leaves tagged cells as they are, and notes when each cell ran', async () => {
    const file = writeTestNotebook(at('skip.ipynb'), [
      { code: "await new Promise((resolve) => setTimeout(resolve, 200))\n'ran'" },
      { code: "throw new Error('no')", tags: ['skip'] },
      { code: "throw new Error('no')", tags: ['skip-execution'] },
      { code: "'last'" },
    ])
    const old = readNotebook(file)
    ;(old.cells[1] as CodeCell).outputs = [{ output_type: 'stream', name: 'stdout', text: 'of old' }]
    old.cells[0]!.id = 'not allowed!'
    writeFileSync(file, notebookText(old))
    const run = await skylab(['run', 'skip.ipynb', '--output', 'skip-out.ipynb'], { cwd: folder })
    expect(run).toMatchObject({ status: 0, stdout: expect.stringContaining('2 of 2 cells') })
    const cells = readNotebook(at('skip-out.ipynb')).cells as CodeCell[]
    expect(cells.map(({ execution_count }) => execution_count)).toEqual([1, null, null, 2])
    expect(cells[1]!.outputs).toMatchObject([{ text: 'of old' }])
    expect(cells[1]!.metadata.execution).toBeUndefined()
    const { 'iopub.status.busy': busy, 'iopub.status.idle': idle } = cells[0]!.metadata.execution as Record<
      string,
      string
    >
    expect(Date.parse(idle!) - Date.parse(busy!)).toBeGreaterThan(150)
    const check = 'import nbformat, sys; nbformat.validate(nbformat.read(sys.argv[1], 4))'
    expect(await finish(jupyterPython(), ['-c', check, at('skip-out.ipynb')])).toMatchObject({ status: 0, stderr: '' })
  })

  it('keeps the state of widgets, binary values too, for viewers without a kernel', async () => {
    writeTestNotebook(at('widget.ipynb'), [
      {
        code: "const w = comms.widget({ esm: 'export default {}', state: { n: 1, bytes: new Uint8Array([1]), d: [1] } })\nw",
      },
      { code: "const closed = comms.widget({ esm: '' }); closed.close()" },
      { code: "w.set({ n: 5, bytes: new Uint8Array([1, 2]) }); comms.open('other', { state: 1 })\n0" },
    ])
    const run = await skylab(['run', 'widget.ipynb', '--output', 'widget-out.ipynb'], { cwd: folder })
    expect(run).toMatchObject({ status: 0, stderr: '' })
    const { metadata, cells } = readNotebook(at('widget-out.ipynb'))
    const { state, ...version } = (metadata.widgets as Record<string, Record<string, unknown>>)[
      'application/vnd.jupyter.widget-state+json'
    ]!
    expect(version).toEqual({ version_major: 2, version_minor: 0 })
    const view = (cells[0] as CodeCell).outputs[0] as { data: Record<string, { model_id: string }> }
    const id = view.data['application/vnd.jupyter.widget-view+json']!.model_id
    expect(state).toEqual({
      [id]: {
        model_name: 'AnyModel',
        model_module: 'anywidget',
        model_module_version: '*',
        state: expect.objectContaining({ n: 5, d: [1], _esm: 'export default {}' }),
        buffers: [{ path: ['bytes'], encoding: 'base64', data: 'AQI=' }],
      },
    })
  })

  it('tells of a runtime that ends in the middle, and keeps what was shown', async () => {
    writeTestNotebook(at('dies.ipynb'), [
      { code: "console.log('before'); process.exit(3)", tags: ['raises-exception'] },
      {
        code: "console.log('fresh', typeof process); process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {})",
      },
      { code: "'never'" },
    ])
    const run = await skylab(['run', 'dies.ipynb', '--output', 'dies-out.ipynb'], { cwd: folder })
    expect(run.status).toBe(1)
    const cells = readNotebook(at('dies-out.ipynb')).cells as CodeCell[]
    expect(cells.map(({ execution_count }) => execution_count)).toEqual([1, 2, null])
    expect(cells[0]!.outputs).toMatchObject([{ text: 'before\n' }, { ename: 'RuntimeStopped' }])
    expect(cells[1]!.outputs).toMatchObject([{ text: 'fresh object\n' }, { ename: 'RuntimeStopped' }])
  })

  it('refuses a parameter of the wrong type before anything runs', async () => {
    const run = await skylab(['run', 'good.ipynb', '-p', 'limit=abc', '--output', 'none.ipynb'], { cwd: folder })
    expect(run).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('limit is a number') })
    expect(existsSync(at('none.ipynb'))).toBe(false)
  })
})
