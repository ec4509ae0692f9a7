import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { putBuffers, takeBuffers } from '../../kernel/runtime/widget-buffers.js'
import { type RawClient, RawKernel, type Received } from './raw-client.js'

describe('comms', () => {
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

  const about = (id: string, type: string) => (message: Received) =>
    message.channel === 'iopub' && message.type === type && message.content.comm_id === id
  const fresh = (() => {
    let made = 0
    return () => `comm-${++made}`
  })()

  it('closes a comm whose target nobody has registered', async () => {
    const id = fresh()
    const opened = await client.send('comm_open', { comm_id: id, target_name: 'nobody', data: {} })
    const closed = await client.until(about(id, 'comm_close'))
    expect(closed.parent.msg_id).toBe(opened)
    await client.idle(opened)
    expect((await client.request('comm_info_request')).content.comms).toEqual({})
  })

  it('carries messages and binary buffers both ways, under the header of the message that is answered', async () => {
    const ran = await client.run(`
      comms.on('echo', (comm, { data, buffers, metadata }) => {
        comm.send({ opened: data, metadata }, { buffers })
        comm.onMessage(({ data, buffers }) => {
          console.log('echo of', data)
          comm.send({ again: data }, { buffers: [Float64Array.of(1.5, buffers[0]!.length), buffers[0]!] })
        })
        comm.onClose(() => console.log('closed', comm.isOpen))
      })`)
    expect(ran.reply.content.status).toBe('ok')
    const id = fresh()
    const bytes = Buffer.from([0, 1, 2, 253, 254, 255])
    const opened = await client.send(
      'comm_open',
      { comm_id: id, target_name: 'echo', data: { a: '😀' } },
      { buffers: [bytes], metadata: { m: 1 } },
    )
    const first = await client.until(about(id, 'comm_msg'))
    expect(first.content.data).toEqual({ opened: { a: '😀' }, metadata: { m: 1 } })
    expect(first.buffers[0]).toEqual(bytes)
    expect(first.parent.msg_id).toBe(opened)
    expect((await client.request('comm_info_request', { target_name: 'echo' })).content.comms).toEqual({
      [id]: { target_name: 'echo' },
    })
    expect((await client.request('comm_info_request', { target_name: 'other' })).content.comms).toEqual({})

    const sent = await client.send('comm_msg', { comm_id: id, data: { n: 1 } }, { buffers: [bytes] })
    const idle = await client.idle(sent)
    const answer = client.received.find(({ parent, type }) => parent.msg_id === sent && type === 'comm_msg')!
    expect(answer.content.data).toEqual({ again: { n: 1 } })
    expect([...new Float64Array(Uint8Array.from(answer.buffers[0]!).buffer)]).toEqual([1.5, 6])
    expect(answer.buffers[1]).toEqual(bytes)
    // What the handler prints goes to the cell that registered it, before the status says idle.
    const printed = client.received.find(({ type, content }) => type === 'stream' && content.text.includes('echo of'))!
    expect(printed.parent.msg_id).toBe(ran.id)
    expect(client.received.indexOf(printed)).toBeLessThan(client.received.indexOf(idle))
    const states = client.received.filter(({ parent, type }) => parent.msg_id === sent && type === 'status')
    expect(states.map(({ content }) => content.execution_state)).toEqual(['busy', 'idle'])

    await client.send('comm_close', { comm_id: id, data: {} })
    await client.until(({ type, content }) => type === 'stream' && content.text.includes('closed false'))
    expect((await client.request('comm_info_request')).content.comms).toEqual({})
  })

  it('opens from a cell, keeps the order with what is printed, and closes', async () => {
    const ran = await client.run(`
      console.log('before')
      const line = comms.open('front', { hello: 1 }, { buffers: [new Uint8Array([7])], metadata: { v: 2 } })
      console.log('between')
      line.send({ n: 2 })
      line.id`)
    const kinds = ran.outputs.filter(({ type }) => ['stream', 'comm_open', 'comm_msg'].includes(type))
    expect(kinds.map(({ type }) => type)).toEqual(['stream', 'comm_open', 'stream', 'comm_msg'])
    const open = kinds[1]!
    expect(open.content).toMatchObject({ target_name: 'front', data: { hello: 1 } })
    expect([open.metadata, [...open.buffers[0]!]]).toEqual([{ v: 2 }, [7]])
    expect(ran.value).toContain(open.content.comm_id)
    const closed = await client.run(
      'line.close({ bye: true }); line.close(); let said; try { line.send({}) } catch (error) { said = (error as Error).message }; said',
    )
    expect(closed.outputs.filter(({ type }) => type === 'comm_close').map(({ content }) => content.data)).toEqual([
      { bye: true },
    ])
    expect(closed.value).toContain('is closed')
  })

  it('hears messages while a cell awaits, and after a cell that computes', async () => {
    const id = (
      await client.run(
        "const heard: number[] = []; const ear = comms.open('ear'); ear.onMessage(({ data }) => { heard.push(data.n) }); ear.id",
      )
    ).value
    const comm_id = String(id).replaceAll("'", '')
    const waiting = await client.execute(
      "while (heard.length < 2) await new Promise((r) => setTimeout(r, 10)); 'heard ' + heard.join()",
    )
    for (const n of [1, 2]) await client.send('comm_msg', { comm_id, data: { n } })
    expect((await client.result(waiting)).value).toContain('heard 1,2')
    const busy = await client.execute(
      'console.log(0); const end = Date.now() + 500; while (Date.now() < end); heard.length',
    )
    await client.until(({ type, parent }) => type === 'stream' && parent.msg_id === busy)
    const third = await client.send('comm_msg', { comm_id, data: { n: 3 } })
    expect((await client.result(busy)).value).toBe('2')
    await client.idle(third)
    expect((await client.run('heard.join()')).value).toContain('1,2,3')
  })

  it('gives messages one by one to for await, until the front end closes', async () => {
    const waiting = await client.execute(
      "const got = []; for await (const { data } of comms.open('loop', {}, { id: 'loop-1' })) got.push(data.n); got.join()",
    )
    await client.until(about('loop-1', 'comm_open'))
    for (const n of [1, 2, 3]) await client.send('comm_msg', { comm_id: 'loop-1', data: { n } })
    await client.send('comm_close', { comm_id: 'loop-1', data: {} })
    expect((await client.result(waiting)).value).toContain('1,2,3')
  })

  it('tells an error of a handler under its cell, and goes on', async () => {
    const ran = await client.run(
      "comms.open('bad', {}, { id: 'bad-1' }).onMessage(() => {\n  throw new RangeError('not this')\n})\n0",
    )
    const sent = await client.send('comm_msg', { comm_id: 'bad-1', data: {} })
    const told = await client.until(({ type, content }) => type === 'stream' && /not this/.test(content.text))
    expect(told.parent.msg_id).toBe(ran.id)
    expect(told.content).toMatchObject({ name: 'stderr', text: expect.stringMatching(/cell \[\d+\] 2:9/) })
    await client.idle(sent)
    expect((await client.run('1')).value).toBe('1')
  })

  it('interrupts a handler that never ends', async () => {
    await client.run(
      "let turns = 5; comms.open('spin', {}, { id: 'spin-1' }).onMessage(({ data }) => { if (data.wait) return new Promise(() => {}); while (turns) turns++ }); 0",
    )
    for (const data of [{}, { wait: true }]) {
      const sent = await client.send('comm_msg', { comm_id: 'spin-1', data })
      await new Promise((resolve) => setTimeout(resolve, 200))
      await client.request('interrupt_request', {}, { channel: 'control' })
      await client.idle(sent, 10)
      expect((await client.run('turns > 4')).value).toBe('true')
    }
  })

  it('is interrupted in the middle of large messages, and none of them is torn', async () => {
    for (const code of [
      "for (let i = 0; ; i++) comms.open('large', { i }, { buffers: [new Uint8Array(1_000_000)] }).close()",
      "for (let i = 0; ; i++) display({ 'text/plain': 'é'.repeat(400_000) + i })",
    ]) {
      const id = await client.execute(code)
      await client.until(({ parent, type }) => parent.msg_id === id && /^(comm_open|display_data)$/.test(type))
      await client.request('interrupt_request', {}, { channel: 'control' })
      expect((await client.result(id)).reply.content.ename).toBe('Interrupted')
      expect((await client.run('6 * 7')).value).toBe('42')
    }
  })

  it('closes every comm when the runtime ends, and takes new ones in the fresh one', async () => {
    const ran = await client.run("comms.open('lost', {}, { id: 'lost-1' }); process.exit(3)")
    expect(ran.reply.content.ename).toBe('RuntimeStopped')
    await client.until(about('lost-1', 'comm_close'))
    expect((await client.request('comm_info_request')).content.comms).toEqual({})
    await client.run("comms.on('anew', (comm) => comm.send({ here: true })); 0")
    await client.send('comm_open', { comm_id: 'anew-1', target_name: 'anew', data: {} })
    expect((await client.until(about('anew-1', 'comm_msg'))).content.data).toEqual({ here: true })
  })

  it('knows the types of the API in cells', async () => {
    const ran = await client.run("%types block\nconst wrong: number = comms.open('typed').id")
    expect(ran.reply.content).toMatchObject({ status: 'error', evalue: expect.stringContaining('not assignable') })
    expect((await client.run('const comms = [1, 2]; comms.length')).value).toBe('2')
    await client.run('%types warn\n0')
  })

  it('shares the state of a widget with its views, binary values included', async () => {
    const made = await client.run(`
      const w = globalThis.comms.widget({ esm: 'export default { render() {} }', css: 'p {}', state: { count: 1, bytes: new Uint8Array([1, 2]), deep: { list: [0, Int16Array.of(5)] } } })
      w.on('count', (value, name) => console.log(name, 'is', value))
      w.onMessage((content, buffers) => w.send({ got: content, length: buffers.length }, [Uint8Array.of(9)]))
      w`)
    const open = made.outputs.find(({ type }) => type === 'comm_open')!
    expect(open.metadata.version).toMatch(/^2\./)
    expect(open.content).toMatchObject({
      target_name: 'jupyter.widget',
      data: {
        state: {
          _model_module: 'anywidget',
          _model_name: 'AnyModel',
          _esm: expect.stringContaining('render'),
          _css: 'p {}',
          count: 1,
          deep: { list: [0, null] },
        },
        buffer_paths: [['bytes'], ['deep', 'list', 1]],
      },
    })
    expect(open.buffers.map((buffer) => [...buffer])).toEqual([
      [1, 2],
      [5, 0],
    ])
    const id = open.content.comm_id
    const result = made.outputs.find(({ type }) => type === 'execute_result')!.content.data
    expect(result['application/vnd.jupyter.widget-view+json']).toEqual({
      version_major: 2,
      version_minor: 0,
      model_id: id,
    })

    const sent = await client.send(
      'comm_msg',
      { comm_id: id, data: { method: 'update', state: { count: 5 }, buffer_paths: [['bytes']] } },
      { buffers: [Buffer.from([3])] },
    )
    await client.idle(sent)
    const echo = client.received.find(({ parent, type }) => parent.msg_id === sent && type === 'comm_msg')!
    expect(echo.content.data).toMatchObject({ method: 'echo_update', state: { count: 5 } })
    expect(client.received.find(({ content }) => content.text === 'count is 5\n')!.parent.msg_id).toBe(made.id)
    expect((await client.run("[w.get('count'), ...w.get('bytes')].join()")).value).toContain('5,3')

    const set = await client.run("w.set('count', 6); w.set({ count: 7 }); w.get('count')")
    expect(set.outputs.filter(({ type }) => type === 'comm_msg').map(({ content }) => content.data.state)).toEqual([
      { count: 6 },
      { count: 7 },
    ])

    const asked = await client.send(
      'comm_msg',
      { comm_id: id, data: { method: 'custom', content: 'hi' } },
      { buffers: [Buffer.from([1]), Buffer.from([2])] },
    )
    await client.idle(asked)
    const custom = client.received.find(({ parent, type }) => parent.msg_id === asked && type === 'comm_msg')!
    expect(custom.content.data).toEqual({ method: 'custom', content: { got: 'hi', length: 2 } })

    // A page that is loaded again asks for all widgets at once.
    await client.send('comm_open', { comm_id: 'control-1', target_name: 'jupyter.widget.control', data: {} })
    await client.send('comm_msg', { comm_id: 'control-1', data: { method: 'request_states' } })
    const { content, buffers } = await client.until(about('control-1', 'comm_msg'))
    expect(content.data).toMatchObject({
      method: 'update_states',
      states: { [id]: { model_name: 'AnyModel', model_module: 'anywidget', state: { count: 7 } } },
      buffer_paths: [
        [id, 'state', 'bytes'],
        [id, 'state', 'deep', 'list', 1],
      ],
    })
    expect([...buffers[0]!]).toEqual([3])
    expect((await client.run('w.close(); 1')).outputs.some(about(id, 'comm_close'))).toBe(true)
  })
})

describe('binary values of a state', () => {
  it('come back to where they stood', () => {
    const state = { a: new Uint8Array([1]), list: [{ b: new Float32Array([2]) }, 3], none: null, text: 'x' }
    const { json, paths, buffers } = takeBuffers(state)
    expect(JSON.parse(JSON.stringify(json))).toEqual({ list: [{}, 3], none: null, text: 'x' })
    const back = putBuffers(JSON.parse(JSON.stringify(json)), paths, buffers)
    expect(back.a).toEqual(new Uint8Array([1]))
    expect((back.list as { b: Uint8Array }[])[0]!.b).toEqual(new Uint8Array(new Float32Array([2]).buffer))
    expect(state.a).toEqual(new Uint8Array([1]))
  })

  it('passes over a path that leads nowhere', () => {
    expect(putBuffers({ a: 1 }, [['b', 'c'], []], [new Uint8Array(1), new Uint8Array(1)])).toEqual({ a: 1 })
  })
})
