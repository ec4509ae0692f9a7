// What a front end may send beyond the usual, and what a kernel owes it (Jupyter messaging, protocol 5.4).
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { descendants, lives, until } from '../tools.js'
import { type Content, type RawClient, RawKernel } from './raw-client.js'

describe('the protocol', () => {
  let kernel: RawKernel
  let client: RawClient

  beforeAll(async () => {
    kernel = await RawKernel.start()
    client = await kernel.client()
  })
  afterAll(async () => {
    client?.close()
    await kernel?.close()
  })

  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  describe('execute', () => {
    it('shows and counts nothing where it is silent, and still replies', async () => {
      const before = (await client.run('1')).reply.content.execution_count
      const silent = await client.run("console.log('no'); display('no'); 2", { silent: true })
      expect(silent.types).toEqual(['status', 'status'])
      expect(silent.reply.content).toMatchObject({ status: 'ok', execution_count: before })
      const failing = await client.run("throw new TypeError('seen')", { silent: true })
      expect(failing.types).toEqual(['status', 'status'])
      expect(failing.reply.content).toMatchObject({ status: 'error', ename: 'TypeError', evalue: 'seen' })
      expect((await client.run('3')).reply.content.execution_count).toBe(before + 1)
    })

    it('counts and remembers nothing without store_history, and shows it all the same', async () => {
      const before = (await client.run('1')).reply.content.execution_count
      const ran = await client.run("'not for the history'", { store_history: false })
      expect(ran.types).toEqual(['status', 'execute_input', 'execute_result', 'status'])
      expect(ran.reply.content.execution_count).toBe(before)
      expect(kernel.historyLines().some((line) => line.includes('not for the history'))).toBe(false)
    })

    it('evaluates user_expressions one by one, as bundles, and not after an error', async () => {
      const asked = {
        two: '1 + 1',
        rich: "({ 'text/html': '<b>' })",
        bad: 'missing.name',
        torn: '1 +',
        await: 'await Promise.resolve(7)',
      }
      const { user_expressions } = (await client.run('let base = 1', { user_expressions: asked })).reply.content
      expect(user_expressions).toMatchObject({
        two: { status: 'ok', data: { 'text/plain': '2' }, metadata: {} },
        rich: { status: 'ok', data: { 'text/html': '<b>' } },
        bad: { status: 'error', ename: 'ReferenceError', traceback: expect.any(Array) },
        torn: { status: 'error', ename: 'SyntaxError' },
        await: { status: 'ok', data: { 'text/plain': '7' } },
      })
      const failed = await client.run("throw new Error('x')", { user_expressions: asked })
      expect(failed.reply.content.user_expressions).toBeUndefined()
    })

    it('says when a cell was begun, and how it ended', async () => {
      const id = await client.execute('await new Promise((r) => setTimeout(r, 150))')
      const second = await client.execute('2')
      const [first, other] = [await client.result(id), await client.result(second)]
      expect(first.reply.metadata.status).toBe('ok')
      // It waited for the first: its time begins after it, not when it was asked for.
      expect(Date.parse(other.reply.metadata.started) - Date.parse(first.reply.metadata.started)).toBeGreaterThan(100)
    })

    it.each([
      [true, ['error', 'aborted', 'aborted']],
      [false, ['error', 'ok', 'ok']],
    ])('with stop_on_error %s what waits ends as %j', async (stop_on_error, expected) => {
      const ids = [
        await client.execute("await new Promise((r) => setTimeout(r, 100)); throw new Error('stop')", {
          stop_on_error,
        }),
      ]
      for (const code of ["console.log('ran')", '2']) ids.push(await client.execute(code))
      const ran = await Promise.all(ids.map((id) => client.result(id)))
      expect(ran.map(({ reply }) => reply.content.status)).toEqual(expected)
      // An aborted cell has shown nothing, but the kernel was busy and idle for it.
      if (stop_on_error) expect(ran[1]!.types).toEqual(['status', 'status'])
      expect((await client.run('4')).value).toBe('4')
    })

    it('shows an error with a frame of the cell, colours, and no frame of ours', async () => {
      const { reply } = await client.run(
        '// one\nconst list: number[] = []\nfunction inner() {\n  return (list as any).nope.deep\n}\ninner()',
      )
      const coloured = reply.content.traceback.join('\n') as string
      const plain = stripVTControlCharacters(coloured)
      expect(coloured).not.toBe(plain)
      expect(plain).toMatch(/cell \[\d+\] 4:\d+/)
      expect(plain).toMatch(/cell \[\d+\] 6:1/)
      expect(plain).toContain('return (list as any).nope.deep')
      expect(plain).not.toMatch(/skylab-cell-|dist\/kernel|node:/)
    })

    it('numbers what is interrupted and goes on', async () => {
      const id = await client.execute('let turns = 0; while (true) turns++')
      const waiting = await client.execute('1')
      await client.until(({ type, parent }) => type === 'execute_input' && parent.msg_id === id)
      await pause(200)
      expect(await client.heartbeat()).toBe(true)
      expect((await client.request('kernel_info_request', {}, { channel: 'control' })).type).toBe('kernel_info_reply')
      await client.request('interrupt_request', {}, { channel: 'control' })
      expect((await client.result(id)).reply.content.status).toBe('error')
      expect((await client.result(waiting)).reply.content.status).toBe('aborted')
      expect((await client.run('turns > 0')).value).toBe('true')
    })

    it('stays busy in the eyes of a front end while a cell runs and others ask', async () => {
      const id = await client.execute('await new Promise((r) => setTimeout(r, 400))')
      await client.until(({ type, parent }) => type === 'execute_input' && parent.msg_id === id)
      await client.request('kernel_info_request')
      await pause(50)
      const latest = client.received.filter(({ type }) => type === 'status').at(-1)!
      expect(latest).toMatchObject({ content: { execution_state: 'busy' }, parent: { msg_id: id } })
      await client.result(id)
    })
  })

  describe('input', () => {
    it('asks for a password, and refuses where nobody can be asked', async () => {
      const id = await client.execute("prompt('Key?', { password: true })", { allow_stdin: true })
      const asked = await client.until(({ type, parent }) => type === 'input_request' && parent.msg_id === id)
      expect(asked.content).toEqual({ prompt: 'Key?', password: true })
      await client.send('input_reply', { value: 'später 😀' }, { channel: 'stdin' })
      expect((await client.result(id)).value).toContain('später 😀')
      const refused = await client.run("prompt('Who?')", { allow_stdin: false })
      expect(refused.reply.content).toMatchObject({ status: 'error', evalue: expect.stringContaining('takes input') })
    })

    it('takes the answer of the client that asked for the cell, and of no other', async () => {
      const other = await kernel.client()
      const id = await client.execute("prompt('Mine?')", { allow_stdin: true })
      await client.until(({ type, parent }) => type === 'input_request' && parent.msg_id === id)
      await other.send('input_reply', { value: 'stranger' }, { channel: 'stdin' })
      await pause(200)
      await client.send('input_reply', { value: 'owner' }, { channel: 'stdin' })
      expect((await client.result(id)).value).toContain('owner')
      expect(other.received.some(({ type }) => type === 'input_request')).toBe(false)
      other.close()
    })

    it('can be interrupted while it waits; a late answer is nobody’s', async () => {
      const id = await client.execute("prompt('Never?')", { allow_stdin: true })
      await client.until(({ type, parent }) => type === 'input_request' && parent.msg_id === id)
      await client.request('interrupt_request', {}, { channel: 'control' })
      expect((await client.result(id)).reply.content.status).toBe('error')
      await client.send('input_reply', { value: 'late' }, { channel: 'stdin' })
      const next = await client.execute("prompt('Now?')", { allow_stdin: true })
      await client.until(({ type, parent }) => type === 'input_request' && parent.msg_id === next)
      await client.send('input_reply', { value: 'in time' }, { channel: 'stdin' })
      expect((await client.result(next)).value).toContain('in time')
    })
  })

  describe('questions about code', () => {
    it('counts positions in code points', async () => {
      // An emoji is two code units and one code point; an accent of its own is one of each.
      const before = "const e\u0301te\u0301 = '👩‍🔬😀'; "
      const code = `${before}[1, 2].ma`
      const points = [...code].length
      const { content } = await client.request('complete_request', { code, cursor_pos: points })
      expect(content.matches).toContain('map')
      expect([content.cursor_start, content.cursor_end]).toEqual([points - 2, points])
      const [item] = content.metadata._jupyter_types_experimental
      expect(item).toMatchObject({ text: expect.any(String), type: expect.any(String), start: points - 2, end: points })
      const name = `${before}parseInt`
      const found = await client.request('inspect_request', {
        code: name,
        cursor_pos: [...name].length,
        detail_level: 0,
      })
      expect(found.content.data['text/plain']).toContain('parseInt')
      const beyond = await client.request('complete_request', { code: 'pars', cursor_pos: 4000 })
      expect(beyond.content.matches).toContain('parseInt')
    })

    it.each([
      ['complete', '1 + 1'],
      ['complete', ''],
      ['complete', "const a = '😀'"],
      ['incomplete', 'for (const a of [1]) {'],
      ['incomplete', 'const text = `line'],
      ['incomplete', '[1,'],
      ['invalid', 'const = 1'],
      ['invalid', ')('],
    ])('says %s of %j', async (status, code) => {
      expect((await client.request('is_complete_request', { code })).content.status).toBe(status)
    })
  })

  describe('history', () => {
    const ask = async (content: Content) =>
      (await client.request('history_request', { output: false, raw: true, ...content })).content.history as [
        number,
        number,
        string,
      ][]

    it('gives the tail, a range and what matches, each once where that is asked', async () => {
      for (const code of ["'h-one'", "'h-two'", "'h-one'", "'h-*'"]) await client.run(code)
      const tail = await ask({ hist_access_type: 'tail', n: 3 })
      expect(tail.map(([, , source]) => source)).toEqual(["'h-two'", "'h-one'", "'h-*'"])
      const [session, line] = tail[0]!
      for (const wanted of [session, 0]) {
        const range = await ask({ hist_access_type: 'range', session: wanted, start: line, stop: line + 2 })
        expect(range).toEqual([tail[0], tail[1]])
      }
      expect(await ask({ hist_access_type: 'range', session: session + 1, start: 1, stop: 99 })).toEqual([])
      const search = (given: Content) => ask({ hist_access_type: 'search', pattern: "'h-*'", ...given })
      expect((await search({})).map(([, , source]) => source)).toEqual(["'h-one'", "'h-two'", "'h-one'", "'h-*'"])
      expect((await search({ unique: true })).map(([, , source]) => source)).toEqual(["'h-two'", "'h-one'", "'h-*'"])
      expect(await search({ n: 2 })).toHaveLength(2)
      expect((await search({ pattern: "'h-?ne'", unique: true })).map(([, , source]) => source)).toEqual(["'h-one'"])
      const withOutput = await ask({ hist_access_type: 'tail', n: 1, output: true })
      expect(withOutput[0]![2]).toEqual(["'h-*'", null])
    })

    // Tried in every way that the stars allow, it would not end before the test does.
    it('is not kept up by a pattern of many stars', async () => {
      await client.run(`'${'a'.repeat(5000)}'`)
      expect(await ask({ hist_access_type: 'search', pattern: `${'*a'.repeat(40)}*b` })).toEqual([])
    })
  })

  describe('frames', () => {
    const kernelInfoParts = (change: Content = {}) => {
      const header = {
        msg_id: crypto.randomUUID(),
        session: client.session,
        username: 'x',
        date: new Date().toISOString(),
        msg_type: 'kernel_info_request',
        version: '5.4',
        ...change,
      }
      return [header, {}, {}, {}].map((part) => Buffer.from(JSON.stringify(part)))
    }
    const dropped = (why: RegExp, count = 1) =>
      until(() => (kernel.log().match(new RegExp(why, 'g')) ?? []).length >= count)

    it('drops and logs what is badly signed, not signed, torn, no JSON or no message, and lives on', async () => {
      await client.send('kernel_info_request', {}, { key: 'another key' })
      await dropped(/dropped a message on shell: bad signature/)
      const [delimiter, , ...parts] = client.frames(kernelInfoParts())
      await client.sendFrames([delimiter!, Buffer.from(''), ...parts])
      await dropped(/bad signature/, 2)
      await client.sendFrames([delimiter!, Buffer.from('x')], 'control')
      await dropped(/dropped a message on control: only 1 frames/)
      await client.sendFrames([Buffer.alloc(1000, 0xff), Buffer.from([0])])
      await dropped(/no <IDS\|MSG>/)
      await client.sendFrames([Buffer.from('')], 'stdin')
      const bad = (...texts: string[]) => client.sendFrames(client.frames(texts.map((text) => Buffer.from(text))))
      await bad('{', '{}', '{}', '{}')
      await bad('[]', '{}', '{}', '{}')
      await bad('null', '{}', '{}', '{}')
      await bad(kernelInfoParts()[0]!.toString(), '{}', '{}', '"text"')
      await bad(kernelInfoParts({ msg_type: 5 })[0]!.toString(), '{}', '{}', '{}')
      await bad(kernelInfoParts({ msg_id: null })[0]!.toString(), '{}', '{}', '{}')
      await dropped(/not JSON/)
      await dropped(/no msg_type in the header/, 2)
      await dropped(/no msg_id in the header/)
      await dropped(/is no object/)
      expect((await client.run('6')).value).toBe('6')
    })

    it('runs a replayed message once', async () => {
      await client.run('let times = 0')
      const header = {
        msg_id: crypto.randomUUID(),
        session: client.session,
        username: 'x',
        date: new Date().toISOString(),
        msg_type: 'execute_request',
        version: '5.4',
      }
      const parts = [header, {}, {}, { code: 'times += 1' }].map((part) => Buffer.from(JSON.stringify(part)))
      for (let turn = 0; turn < 3; turn++) await client.sendFrames(client.frames(parts))
      await client.result(header.msg_id)
      await dropped(/a message that came before/, 2)
      expect((await client.run('times')).value).toBe('1')
    })

    it('answers nothing to a type that it does not know, and is idle again', async () => {
      for (const type of ['no_such_request', 'create_subshell_request', 'constructor', 'toString_request']) {
        const id = await client.send(type, {})
        await client.idle(id)
        expect(client.received.some(({ channel, parent }) => channel === 'shell' && parent.msg_id === id)).toBe(false)
      }
      expect(kernel.log()).toContain('no answer to no_such_request is known')
    })

    it.each([
      ['execute_request', { code: null }],
      ['execute_request', { code: 5, user_expressions: [1] }],
      ['complete_request', { code: {}, cursor_pos: 'x' }],
      ['complete_request', {}],
      ['inspect_request', { code: 'a', cursor_pos: -5 }],
      ['is_complete_request', {}],
      ['history_request', { hist_access_type: 'nonsense', n: 'many' }],
      ['history_request', { hist_access_type: 'range', session: null, start: 'a', stop: {} }],
      ['comm_info_request', { target_name: 7 }],
    ])('answers %s with odd content %j', async (type, content) => {
      const reply = await client.request(type, content)
      expect(reply.type).toBe(type.replace('_request', '_reply'))
      expect(reply.content.status).toEqual(expect.any(String))
    })

    it('says in the debugger’s own words that there is none', async () => {
      const { type, content } = await client.request(
        'debug_request',
        { type: 'request', seq: 4, command: 'initialize' },
        { channel: 'control' },
      )
      expect(type).toBe('debug_reply')
      expect(content).toMatchObject({ type: 'response', request_seq: 4, command: 'initialize', success: false })
    })

    it('answers connect_request with its ports', async () => {
      const { content } = await client.request('connect_request')
      for (const name of ['shell', 'control', 'iopub', 'stdin', 'hb'] as const)
        expect(content[`${name}_port`]).toBe(kernel.ports[`${name}_port`])
    })

    it('carries a print and a display of 50 MB each, whole', async () => {
      const ran = await client.result(
        await client.execute("console.log('é'.repeat(25_000_000)); display({ 'text/plain': 'y'.repeat(50_000_000) })"),
        120,
      )
      expect(Buffer.byteLength(ran.text())).toBe(50_000_001)
      const shown = ran.outputs.find(({ type }) => type === 'display_data')!.content.data['text/plain'] as string
      expect(shown.length).toBe(50_000_000)
      expect(/^y+$/.test(shown)).toBe(true)
      expect((await client.run('7')).value).toBe('7')
    })
  })

  describe('many clients', () => {
    it('tells all of them everything, in the same order, and greets one that comes late', async () => {
      const others = await Promise.all(Array.from({ length: 8 }, () => kernel.client()))
      const id = await client.execute(
        'for (let i = 0; i < 2000; i++) { console.log(i); if (i % 100 === 0) display(i) }',
      )
      const ran = await client.result(id)
      const texts = ran.outputs.map(({ type, content }) => `${type} ${content.text ?? ''}`)
      for (const other of others) {
        await other.idle(id)
        const same = other.received.filter(({ parent, channel }) => channel === 'iopub' && parent.msg_id === id)
        expect(same.map(({ type, content }) => `${type} ${content.text ?? ''}`)).toEqual(texts)
        // Replies go to the one that asked.
        expect(other.received.some(({ type }) => type === 'execute_reply')).toBe(false)
        other.close()
      }
      const late = await kernel.client()
      expect((await late.run('8')).value).toBe('8')
      late.close()
    })

    it('gives late output to the cell that started it, however many came between', async () => {
      const first = await client.execute(
        "setTimeout(() => { console.log('late print'); display('late display') }, 600)",
      )
      await client.result(first)
      for (let n = 0; n < 5; n++) await client.run(String(n))
      const late = await client.until(
        ({ type, content }) => type === 'display_data' && /late display/.test(content.data['text/plain']),
      )
      expect(late.parent.msg_id).toBe(first)
    })
  })

  it('shuts down for a restart while a cell computes, and nothing of it is left when it says so', async () => {
    const other = await RawKernel.start()
    try {
      const its = await other.client()
      await its.run('1')
      const below = descendants(other.child.pid!)
      await its.execute('while (true) {}')
      await pause(200)
      const ended = new Promise((resolve) => other.child.once('exit', resolve))
      const id = await its.send('shutdown_request', { restart: true }, { channel: 'control' })
      const reply = await its.until(({ channel, parent }) => channel === 'control' && parent.msg_id === id)
      expect(reply.content).toEqual({ status: 'ok', restart: true })
      expect(await ended).toBe(0)
      await until(() => !below.some(lives))
      its.close()
    } finally {
      await other.close()
    }
  })

  it('does not log a shutdown that comes twice', async () => {
    const other = await RawKernel.start()
    try {
      const its = await other.client()
      const ended = new Promise((resolve) => other.child.once('exit', resolve))
      const header = {
        msg_id: crypto.randomUUID(),
        session: its.session,
        username: 'x',
        date: new Date().toISOString(),
        msg_type: 'shutdown_request',
        version: '5.4',
      }
      const parts = [header, {}, {}, { restart: false }].map((part) => Buffer.from(JSON.stringify(part)))
      await its.sendFrames(its.frames(parts), 'control')
      await its.sendFrames(its.frames(parts), 'control')
      expect(await ended).toBe(0)
      expect(other.log()).toBe('')
      its.close()
    } finally {
      await other.close()
    }
  })
})
