// The 27 checks of runtimed/kernel-testbed (github.com/runtimed/kernel-testbed) as tests of ours: its names,
// its questions, with stricter answers where it is content with any reply.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RawClient, RawKernel, type Received } from './raw-client.js'

describe('the checks of kernel-testbed', () => {
  let kernel: RawKernel
  let client: RawClient
  let info: Received

  beforeAll(async () => {
    kernel = await RawKernel.start()
    client = await kernel.client()
    info = await client.request('kernel_info_request')
  })
  afterAll(async () => {
    client?.close()
    await kernel?.close()
  })

  const all = (received: Received[], type: string) => received.filter((message) => message.type === type)

  it('heartbeat_responds', async () => {
    expect(await client.heartbeat()).toBe(true)
  })

  it('iopub_welcome', () => {
    const [welcome] = all(client.received, 'iopub_welcome')
    expect(welcome).toMatchObject({ channel: 'iopub', parent: {}, content: { subscription: '' } })
  })

  it('kernel_info_reply_valid', () => {
    expect(info).toMatchObject({ type: 'kernel_info_reply', content: { status: 'ok', implementation: 'skylab' } })
    expect(info.content.implementation_version).toMatch(/^\d+\.\d+\.\d+/)
    expect(info.content.help_links[0]).toMatchObject({ text: expect.any(String), url: expect.stringMatching(/^https/) })
  })

  it('kernel_info_has_language_info', () => {
    expect(info.content.language_info).toMatchObject({
      name: 'typescript',
      file_extension: '.ts',
      mimetype: 'text/typescript',
      version: expect.stringMatching(/^\d+\.\d+/),
    })
  })

  it('kernel_info_has_protocol_version', () => {
    expect(info.content.protocol_version).toMatch(/^5\.\d+$/)
    expect(info.content.supported_features).toEqual([])
    expect(info.header.version).toBe(info.content.protocol_version)
  })

  it('execute_stdout', async () => {
    const ran = await client.run("console.log('hello')")
    expect(ran.text('stdout')).toBe('hello\n')
    expect(ran.text('stderr')).toBe('')
  })

  it('execute_stderr', async () => {
    expect((await client.run("console.error('error')")).text('stderr')).toBe('error\n')
  })

  it('execute_reply_ok', async () => {
    const { reply } = await client.run('let x = 1')
    expect(reply).toMatchObject({
      channel: 'shell',
      content: { status: 'ok', execution_count: expect.any(Number), user_expressions: {}, payload: [] },
    })
  })

  it('status_busy_idle_lifecycle', async () => {
    const { outputs } = await client.run('1')
    expect(outputs[0]!.content).toEqual({ execution_state: 'busy' })
    expect(outputs.at(-1)!.content).toEqual({ execution_state: 'idle' })
    expect(all(outputs, 'status')).toHaveLength(2)
  })

  it('execute_input_broadcast', async () => {
    const { outputs, reply } = await client.run('let y = 2')
    expect(outputs[1]).toMatchObject({
      type: 'execute_input',
      content: { code: 'let y = 2', execution_count: reply.content.execution_count },
    })
  })

  it('complete_request', async () => {
    await client.run('const testVariable = 42')
    const code = 'testVar'
    const { content } = await client.request('complete_request', { code, cursor_pos: code.length })
    expect(content).toMatchObject({ status: 'ok', cursor_start: 0, cursor_end: code.length })
    expect(content.matches).toContain('testVariable')
  })

  it('inspect_request', async () => {
    const code = 'testVariable'
    for (const detail_level of [0, 1]) {
      const { content } = await client.request('inspect_request', { code, cursor_pos: code.length, detail_level })
      expect(content).toMatchObject({ status: 'ok', found: true, metadata: {} })
      expect(content.data['text/plain']).toContain('testVariable')
    }
    const { content } = await client.request('inspect_request', {
      code: 'nothingOfThat',
      cursor_pos: 5,
      detail_level: 0,
    })
    expect(content).toMatchObject({ status: 'ok', found: false, data: {} })
  })

  it('is_complete_complete', async () => {
    expect((await client.request('is_complete_request', { code: 'let x = 1' })).content.status).toBe('complete')
  })

  it('is_complete_incomplete', async () => {
    const { content } = await client.request('is_complete_request', { code: 'function foo() {' })
    expect(content).toEqual({ status: 'incomplete', indent: expect.stringMatching(/^\s+$/) })
    expect((await client.request('is_complete_request', { code: 'let = = 1' })).content.status).toBe('invalid')
  })

  it('history_request', async () => {
    await client.run('const forHistory = 1')
    const { content } = await client.request('history_request', {
      hist_access_type: 'tail',
      n: 2,
      output: false,
      raw: true,
    })
    expect(content.history.at(-1)).toEqual([expect.any(Number), expect.any(Number), 'const forHistory = 1'])
    expect(content.history).toHaveLength(2)
  })

  it('comm_info_request', async () => {
    expect((await client.request('comm_info_request')).content).toEqual({ status: 'ok', comms: {} })
  })

  it('error_handling', async () => {
    for (const [code, ename] of [
      ['let = = 1', 'SyntaxError'],
      ["throw new RangeError('far')", 'RangeError'],
    ] as const) {
      const { reply, outputs } = await client.run(code)
      const { status, execution_count, payload, ...shown } = reply.content
      expect({ status, ename: shown.ename }).toEqual({ status: 'error', ename })
      expect(all(outputs, 'error').map(({ content }) => content)).toEqual([shown])
      expect(shown.traceback.join('\n')).toMatch(/cell \[\d+\] 1:/)
    }
  })

  it('display_data', async () => {
    const { outputs } = await client.run("display({ 'text/html': '<b>bold</b>', 'text/plain': 'bold' })")
    expect(all(outputs, 'display_data')[0]!.content).toEqual({
      data: { 'text/html': '<b>bold</b>', 'text/plain': 'bold' },
      metadata: {},
      transient: {},
    })
  })

  it('update_display_data', async () => {
    const { outputs } = await client.run(
      "display({ 'text/plain': 'one' }, { id: 'u' }); display({ 'text/plain': 'two' }, { id: 'u', update: true })",
    )
    expect(all(outputs, 'display_data')[0]!.content.transient).toEqual({ display_id: 'u' })
    expect(all(outputs, 'update_display_data')[0]!.content).toEqual({
      data: { 'text/plain': 'two' },
      metadata: {},
      transient: { display_id: 'u' },
    })
  })

  it('execute_result', async () => {
    const { outputs, reply } = await client.run('1 + 2')
    expect(all(outputs, 'execute_result').map(({ content }) => content)).toEqual([
      { data: { 'text/plain': '3' }, metadata: {}, execution_count: reply.content.execution_count },
    ])
  })

  it('rich_execute_result', async () => {
    const { outputs } = await client.run(
      "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<i>rich</i>', 'text/plain': 'rich' }) })",
    )
    expect(all(outputs, 'execute_result')[0]!.content.data).toEqual({
      'text/html': '<i>rich</i>',
      'text/plain': 'rich',
    })
  })

  it('stdin_input_request', async () => {
    const id = await client.execute("const typed = prompt('Enter: '); typed", { allow_stdin: true })
    const asked = await client.until(({ type, parent }) => type === 'input_request' && parent.msg_id === id)
    expect(asked).toMatchObject({ channel: 'stdin', content: { prompt: 'Enter: ', password: false } })
    await client.send(
      'input_reply',
      { status: 'ok', value: '"test_input_42"' },
      { channel: 'stdin', parent: asked.header },
    )
    const ran = await client.result(id)
    expect(ran.reply.content.status).toBe('ok')
    expect(ran.value).toContain('test_input_42')
  })

  it('comms_lifecycle', async () => {
    const comm_id = 'testbed-comm'
    await client.send('comm_open', { comm_id, target_name: 'jupyter.kernel_testbed.test', data: {} })
    await client.until(({ type, content }) => type === 'comm_close' && content.comm_id === comm_id)
    await client.send('comm_close', { comm_id, data: {} })
    expect((await client.run('1')).reply.content.status).toBe('ok')
  })

  it('interrupt_request', async () => {
    const id = await client.execute('await new Promise(() => {})')
    await client.until(({ type, parent }) => type === 'execute_input' && parent.msg_id === id)
    const reply = await client.request('interrupt_request', {}, { channel: 'control' })
    expect(reply).toMatchObject({ type: 'interrupt_reply', channel: 'control', content: { status: 'ok' } })
    expect((await client.result(id)).reply.content.status).toBe('error')
  })

  it('execution_count_increments', async () => {
    const first = (await client.run('let x = 1')).reply.content.execution_count
    expect((await client.run('let x = 1')).reply.content.execution_count).toBe(first + 1)
  })

  it('parent_header_correlation', async () => {
    const { id, outputs, reply } = await client.run("console.log('hello'); display(1); 2")
    expect(outputs.map(({ type }) => type)).toEqual([
      'status',
      'execute_input',
      'stream',
      'display_data',
      'execute_result',
      'status',
    ])
    for (const message of [...outputs, reply])
      expect(message.parent).toMatchObject({ msg_id: id, session: client.session, msg_type: 'execute_request' })
  })

  it('shutdown_reply', async () => {
    const ended = new Promise((resolve) => kernel.child.once('exit', resolve))
    // Awaited by hand: after its reply there may be no idle status.
    const id = await client.send('shutdown_request', { restart: false }, { channel: 'control' })
    const reply = await client.until(({ channel, parent }) => channel === 'control' && parent.msg_id === id)
    expect(reply).toMatchObject({ type: 'shutdown_reply', content: { status: 'ok', restart: false } })
    expect(await ended).toBe(0)
  })
})
