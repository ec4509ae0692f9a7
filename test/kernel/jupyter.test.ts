import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  descendants,
  finish,
  jupyterPython,
  lives,
  skylab,
  temporaryFolder,
  until,
  writeTestNotebook,
} from '../tools.js'

// biome-ignore lint/suspicious/noExplicitAny: message content, whose shape is what the tests look at
type Content = Record<string, any>

interface Ran {
  id: string
  reply: Content | null
  idle: boolean
  asked: { prompt: string; password: boolean } | null
  outputs: { type: string; content: Content; parent: string }[]
}

/** A kernel under jupyter_client, started through an installed kernel.json. */
class Client {
  readonly #child: ChildProcess
  #text = ''
  #ended = false
  readonly log: string

  constructor(folder: string, env: NodeJS.ProcessEnv = {}) {
    this.log = path.join(folder, 'kernel.log')
    const script = fileURLToPath(new URL('./client.py', import.meta.url))
    this.#child = spawn(jupyterPython(), [script, 'skylab', this.log], {
      cwd: folder,
      env: {
        ...process.env,
        JUPYTER_PATH: path.join(folder, 'share/jupyter'),
        SKYLAB_HISTORY: path.join(folder, 'history.jsonl'),
        ...env,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.stdout!.setEncoding('utf8').on('data', (text) => (this.#text += text))
    this.#child.on('close', () => (this.#ended = true))
  }

  async ready(): Promise<this> {
    await this.#answer()
    return this
  }

  async do<T>(name: string, given: Record<string, unknown> = {}): Promise<T> {
    this.#child.stdin!.write(`${JSON.stringify({ do: name, ...given })}\n`)
    return (await this.#answer()) as T
  }

  run(code: string, given: Record<string, unknown> = {}): Promise<Ran> {
    return this.do('run', { code, ...given })
  }

  request(
    type: string,
    content: Record<string, unknown> = {},
    channel = 'shell',
  ): Promise<{ type: string; content: Content; seconds: number }> {
    return this.do('request', { type, content, channel })
  }

  /** Ends the client; the kernel that it still holds ends with it. */
  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.on('exit', resolve))
    this.#child.stdin!.end()
    await ended
  }

  /** The client alone is killed, as a crashed notebook server would be. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async #answer(): Promise<unknown> {
    await until(() => this.#text.includes('\n') || this.#ended, 90)
    const end = this.#text.indexOf('\n')
    if (end < 0) throw new Error(`the client ended; the kernel said:\n${readFileSync(this.log, 'utf8')}`)
    const line = this.#text.slice(0, end)
    this.#text = this.#text.slice(end + 1)
    const answer = JSON.parse(line)
    if ('fault' in answer) throw new Error(answer.fault)
    return answer.ok
  }
}

const types = (ran: Ran) => ran.outputs.map(({ type }) => type)
const text = (ran: Ran, name = 'stdout') =>
  ran.outputs
    .filter(({ type, content }) => type === 'stream' && content.name === name)
    .map(({ content }) => content.text)
    .join('')
const value = (ran: Ran) => ran.outputs.find(({ type }) => type === 'execute_result')?.content.data['text/plain']

describe('a kernel under jupyter_client', () => {
  const { folder, remove } = temporaryFolder()
  let client: Client

  beforeAll(async () => {
    expect(await skylab(['install', '--prefix', folder])).toMatchObject({ status: 0 })
    client = await new Client(folder).ready()
  })
  afterAll(async () => {
    await client.close()
    remove()
  })

  it('tells what it is', async () => {
    const { content } = await client.request('kernel_info_request')
    expect(content).toMatchObject({
      status: 'ok',
      protocol_version: '5.4',
      implementation: 'skylab',
      language_info: {
        name: 'typescript',
        file_extension: '.ts',
        mimetype: 'text/typescript',
        pygments_lexer: 'typescript',
      },
    })
    expect(content.banner).toContain('TypeScript 6')
  })

  it('runs a cell between busy and idle, and counts it', async () => {
    const ran = await client.run('const one: number = 1\none + 1')
    expect(types(ran)).toEqual(['status', 'execute_input', 'execute_result', 'status'])
    expect(ran.outputs.map(({ content }) => content.execution_state).filter(Boolean)).toEqual(['busy', 'idle'])
    expect(value(ran)).toBe('2')
    expect(ran.reply).toMatchObject({ status: 'ok', user_expressions: {}, payload: [] })
    expect((await client.run('1')).reply!.execution_count).toBe(ran.reply!.execution_count + 1)
  })

  it('sends all of a flood of lines, in order, in a few messages', async () => {
    const ran = await client.run("for (let i = 0; i < 50_000; i++) console.log('line ' + i); console.error('end')")
    expect(text(ran)).toBe(Array.from({ length: 50_000 }, (_, i) => `line ${i}\n`).join(''))
    expect(text(ran, 'stderr')).toBe('end\n')
    expect(types(ran).filter((type) => type === 'stream').length).toBeLessThan(200)
  })

  it('shows an error with name, message and a traceback in lines of the cell, in message and reply', async () => {
    const ran = await client.run("// first\nfunction boom() {\n  throw new RangeError('bad 5')\n}\nboom()")
    const error = ran.outputs.find(({ type }) => type === 'error')!.content
    expect(error).toMatchObject({ ename: 'RangeError', evalue: 'bad 5' })
    expect(error.traceback.join('\n')).toMatch(/cell \[\d+\] 3:/)
    expect(ran.reply).toMatchObject({
      status: 'error',
      ename: 'RangeError',
      evalue: 'bad 5',
      traceback: error.traceback,
    })
  })

  it('aborts what waits behind an error, unless it is told not to', async () => {
    const failing = "await new Promise((r) => setTimeout(r, 200)); throw new Error('stop')"
    for (const [stop_on_error, status] of [
      [true, 'aborted'],
      [false, 'ok'],
    ] as const) {
      const first = await client.do<string>('send', { code: failing, stop_on_error })
      const second = await client.do<string>('send', { code: '1' })
      // The second one's messages come while the first is waited for: ask for it alone.
      const ran = await client.do<Ran>('wait', { id: second, timeout: 20 })
      expect(ran.reply!.status, first).toBe(status)
    }
  })

  it('updates a display by its id, and clears', async () => {
    const host = "(globalThis as any)[Symbol.for('skylab.host')]"
    const ran = await client.run(
      `${host}.display({ 'text/plain': 'a' }, { id: 'd' }); ${host}.display({ 'text/plain': 'b' }, { id: 'd', update: true })`,
    )
    const shown = ran.outputs.filter(({ type }) => type.endsWith('display_data'))
    expect(shown.map(({ type }) => type)).toEqual(['display_data', 'update_display_data'])
    expect(shown.map(({ content }) => content.transient.display_id)).toEqual(['d', 'd'])
  })

  it('is silent where it is asked to be', async () => {
    const before = (await client.run('1')).reply!.execution_count
    const ran = await client.run('2', { silent: true, store_history: false })
    expect(types(ran)).toEqual(['status', 'status'])
    expect((await client.run('3')).reply!.execution_count).toBe(before + 1)
  })

  it('evaluates user_expressions, each by itself', async () => {
    const { reply } = await client.run('let base = 40', { user_expressions: { good: 'base + 2', bad: 'nothing.here' } })
    expect(reply!.user_expressions).toMatchObject({
      good: { status: 'ok', data: { 'text/plain': '42' } },
      bad: { status: 'error', ename: 'ReferenceError' },
    })
  })

  it('completes and counts positions in code points', async () => {
    const code = "'😀'; [1, 2].ma"
    const { content } = await client.request('complete_request', { code, cursor_pos: [...code].length })
    expect(content.matches).toContain('map')
    expect([content.cursor_start, content.cursor_end]).toEqual([[...code].length - 2, [...code].length])
    expect(content.metadata._jupyter_types_experimental[0]).toHaveProperty('type')
  })

  it('inspects, and says whether code is complete', async () => {
    const known = await client.request('inspect_request', { code: 'parseInt', cursor_pos: 4, detail_level: 0 })
    expect(known.content).toMatchObject({
      status: 'ok',
      found: true,
      data: { 'text/plain': expect.stringContaining('parseInt') },
    })
    for (const [code, status] of [
      ['const a = 1', 'complete'],
      ['function f() {', 'incomplete'],
      ['const = = 5', 'invalid'],
    ])
      expect((await client.request('is_complete_request', { code })).content.status).toBe(status)
  })

  it('remembers what was typed, also after a restart', async () => {
    await client.run("'needle in the history'")
    const found = await client.request('history_request', {
      hist_access_type: 'search',
      pattern: '*needle*',
      n: 5,
      output: false,
      raw: true,
    })
    expect(found.content.history.at(-1)[2]).toBe("'needle in the history'")
    const other = await new Client(folder).ready()
    const tail = await other.request('history_request', { hist_access_type: 'tail', n: 1, output: false, raw: true })
    expect(tail.content.history[0][2]).toBe("'needle in the history'")
    await other.close()
  })

  it('asks the person, and answers the cell with what was typed', async () => {
    const ran = await client.run("const who = prompt('Who?'); who + '!'", { answer: 'Ada' })
    expect(ran.asked).toMatchObject({ prompt: expect.stringMatching(/^Who\?/), password: false })
    expect(value(ran)).toContain('Ada!')
  })

  it('gives late output to the cell that started it', async () => {
    const first = await client.run("setTimeout(() => console.log('late'), 300)")
    const second = await client.run('1', { after: 1 })
    const late = second.outputs.find(({ type, content }) => type === 'stream' && content.text.includes('late'))
    expect(late?.parent).toBe(first.id)
  })

  it('hears on control, answers the heartbeat and completes while a cell computes, and interrupts it', async () => {
    await client.run('let kept = 41')
    const busy = await client.do<string>('send', { code: 'while (true) {}' })
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await client.do('heartbeat')).toBe(true)
    expect((await client.request('kernel_info_request', {}, 'control')).type).toBe('kernel_info_reply')
    expect((await client.request('complete_request', { code: '[1].ma', cursor_pos: 6 })).content.matches).toContain(
      'map',
    )
    expect(await client.request('interrupt_request', {}, 'control')).toMatchObject({
      type: 'interrupt_reply',
      content: { status: 'ok' },
    })
    // Its reply came while the others were asked for; the next cell shows that it has ended and what is left.
    expect(busy).toBeTruthy()
    expect(value(await client.run('kept + 1'))).toBe('42')
  })

  it('takes SIGINT for an interrupt', async () => {
    const { pid } = await client.do<{ pid: number }>('info')
    setTimeout(() => process.kill(pid, 'SIGINT'), 1000)
    expect((await client.run('await new Promise(() => {})', { timeout: 30 })).reply!.status).toBe('error')
    expect(value(await client.run('kept'))).toBe('41')
  })

  it('drops a forged message, and logs it', async () => {
    expect(await client.do('forge')).toBe(false)
    expect(readFileSync(client.log, 'utf8')).toContain('dropped a message on shell: bad signature')
  })

  it('greets a new subscriber', async () => {
    expect(await client.do('subscribe')).toBe('iopub_welcome')
  })

  it('answers about comms, and closes one that no cell knows', async () => {
    expect(await client.request('comm_info_request')).toMatchObject({
      type: 'comm_info_reply',
      content: { status: 'ok', comms: {} },
    })
  })

  it('shuts down when asked, and leaves no process behind', async () => {
    const other = await new Client(folder).ready()
    const { pid } = await other.do<{ pid: number }>('info')
    const below = descendants(pid)
    expect(below.length).toBeGreaterThan(0)
    expect(await other.do('shutdown')).toMatchObject({
      type: 'shutdown_reply',
      content: { status: 'ok', restart: false },
      alive: false,
    })
    await until(() => !below.some(lives))
    await other.close()
  })

  it('ends when the process that started it is gone', async () => {
    const other = await new Client(folder).ready()
    const { pid } = await other.do<{ pid: number }>('info')
    const all = [pid, ...descendants(pid)]
    other.kill()
    await until(() => !all.some(lives))
  })

  it('runs a notebook under nbclient', async () => {
    writeTestNotebook(path.join(folder, 'nb.ipynb'), [
      { code: 'let a = 1' },
      { code: 'a + 1' },
      { code: "throw new Error('seen')", tags: ['raises-exception'] },
    ])
    const script = `
import nbformat, nbclient
nb = nbformat.read('nb.ipynb', 4)
nbclient.NotebookClient(nb, timeout=60, kernel_name='skylab').execute()
print(nb.cells[1].outputs[0]['data']['text/plain'], nb.cells[2].outputs[0]['ename'])`
    const run = await finish(jupyterPython(), ['-c', script], {
      cwd: folder,
      env: { JUPYTER_PATH: path.join(folder, 'share/jupyter') },
    })
    expect(run.stdout, run.stderr).toBe('2 Error\n')
  })
})
