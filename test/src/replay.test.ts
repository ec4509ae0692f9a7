import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  model,
  offered,
  promptFor,
  type Recording,
  type Replay,
  type ReplayOptions,
  recordingKey,
  sample,
  seedFor,
  startReplay,
} from '../../src/sample/index.js'
import { workspace } from '../../src/workspace/index.js'
import { listening } from './listening.js'
import { answerTo, chatServer, problem, problems, refuse, say, testHost } from './sample-server.js'
import { stoppedBy } from './stopped-by.js'

let folder: string
let host: ReturnType<typeof testHost>
const running: Replay[] = []

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
  host = testHost()
})

afterEach(async () => {
  await workspace(path.join(folder, 'w')).close()
  await Promise.all(running.splice(0).map((replay) => replay.close()))
  host.remove()
  rmSync(folder, { recursive: true, force: true })
})

const file = (name = 'r.jsonl') => path.join(folder, name)
const text = 'Wait — let me check 😀 '.repeat(30)

/** A recording of a problem of the tests, with the prompts as they are. */
function recording(i: number, k = 0, more: Partial<Recording> = {}): Recording {
  const { system, user } = promptFor(problem(i))
  const messages: Recording['messages'] = [
    { role: 'system', content: system! },
    { role: 'user', content: user },
  ]
  const line = {
    model: 'teacher',
    messages,
    seed: seedFor(`test/${i}`, k) as number | null,
    index: 0,
    answer: {
      content: `${text}\\boxed{${2 * i}} ${k}`,
      reasoning: `thinking ${i}`,
      finish: 'stop' as const,
      usage: { prompt: 11, completion: 22 },
    },
    for: { stage: 'sample', problem: `test/${i}`, sample: k },
    origin: 'written for this project',
    ...more,
  }
  return { key: recordingKey(line.model, line.messages, line.seed, line.index), ...line }
}

function write(lines: Recording[], name?: string): string {
  writeFileSync(file(name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return file(name)
}

async function start(lines: Recording[], options?: ReplayOptions) {
  const replay = await startReplay([write(lines)], options)
  running.push(replay)
  return replay
}

const post = (replay: Replay, body: unknown) =>
  fetch(`${replay.url}/v1/chat/completions`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

const grid = (n: number, k: number) => Array.from({ length: n * k }, (_, i) => recording(Math.floor(i / k), i % k))

describe('what was not recorded', () => {
  const progress = () => String(host.shown.at(-1)!.bundle['text/plain'])
  const in_ = () => workspace(path.join(folder, 'w'))

  it('is said in the progress, from a file and from a server', async () => {
    const asked = { in: in_(), n: 3 }
    await sample(problems(4), { ...asked, model: model('teacher', { replay: write(grid(4, 2)) }) })
    expect(progress()).toMatch(/4 rows lost: 4 not recorded$/)
    const { url } = await start(grid(4, 2))
    await sample(problems(4), { ...asked, model: model('teacher', { baseURL: `${url}/v1` }) })
    expect(progress()).toMatch(/4 rows lost: 4 not recorded$/)
  })

  it('stops where the model is not in the file, which is named with its models', async () => {
    const other = model('pupil', { replay: write(grid(1, 1)) })
    const error = await stoppedBy(sample(problems(1), { in: in_(), model: other }))
    expect(error).toMatchObject({
      code: 'no-model',
      message: 'r.jsonl has no model pupil; it holds recordings of: teacher.',
    })
  })

  it('a server without a list of models is asked by a model’s name, which is said', async () => {
    const { url, close } = await listening(createServer((_, response) => void response.writeHead(404).end('no')))
    const error = await stoppedBy(offered(`${url}/v1`)).finally(close)
    expect(error).toMatchObject({ code: 'no-server', fix: expect.stringContaining('-p model=NAME') })
  })

  it('is not what a server’s own no is called: its first words stand in the progress', async () => {
    const server = await chatServer((_request, response) => refuse(response, 400, 'The prompt is too long for me.'))
    await sample(problems(2), { in: in_(), model: model('m', { baseURL: server.url }) }).finally(() => server.close())
    expect(progress()).toMatch(/first failure: .*The prompt is too long for me\..* · 2 rows lost: 2 failed$/)
  })
})

describe('a replay server', () => {
  it('answers the openai package, whole and streamed, with reasoning, usage and finish reason', async () => {
    const replay = await start([
      recording(1),
      recording(2, 0, { answer: { content: 'cut', finish: 'length', usage: { prompt: 1, completion: 2 } } }),
    ])
    const client = new OpenAI({ baseURL: `${replay.url}/v1`, apiKey: 'any' })
    const { messages, seed, answer } = recording(1)
    const whole = await client.chat.completions.create({ model: 'teacher', messages, seed })
    expect(whole.choices[0]!.message.content).toBe(answer.content)
    expect(whole.choices[0]!.message).toHaveProperty('reasoning_content', 'thinking 1')
    expect(whole.choices[0]!.finish_reason).toBe('stop')
    expect(whole.usage).toEqual({ prompt_tokens: 11, completion_tokens: 22, total_tokens: 33 })

    const chunks = await Array.fromAsync(
      await client.chat.completions.create({
        model: 'teacher',
        messages,
        seed,
        stream: true,
        stream_options: { include_usage: true },
      }),
    )
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(answer.content)
    expect(Math.max(...chunks.map((chunk) => chunk.choices[0]?.delta.content?.length ?? 0))).toBeLessThanOrEqual(41)
    expect(chunks.at(-1)!.usage).toMatchObject({ total_tokens: 33 })
    expect(
      chunks.filter((chunk) => chunk.choices[0]?.finish_reason).map((chunk) => chunk.choices[0]!.finish_reason),
    ).toEqual(['stop'])
    const plain = await Array.fromAsync(
      await client.chat.completions.create({ model: 'teacher', messages, seed, stream: true }),
    )
    expect(plain.some((chunk) => chunk.usage)).toBe(false)
    const cut = recording(2)
    expect(
      (await client.chat.completions.create({ model: 'teacher', messages: cut.messages, seed: cut.seed })).choices[0]!
        .finish_reason,
    ).toBe('length')
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['teacher'])
  })

  it('gives several choices by their index where there is no seed, and understands content in parts', async () => {
    const lines = [0, 1].map((index) =>
      recording(1, 0, {
        seed: null,
        index,
        answer: { content: `choice ${index}`, finish: 'stop', usage: { prompt: 5, completion: 2 } },
      }),
    )
    const replay = await start(lines)
    const messages = lines[0]!.messages.map(({ role, content }) => ({
      role,
      content: [{ type: 'text', text: content }],
    }))
    const body = await (await post(replay, { model: 'teacher', messages, n: 2 })).json()
    expect(body.choices.map((choice: { message: { content: string } }) => choice.message.content)).toEqual([
      'choice 0',
      'choice 1',
    ])
    expect(body.usage).toEqual({ prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 })
    const missing = await post(replay, { model: 'teacher', messages, n: 3 })
    expect(missing.status).toBe(404)
    expect((await missing.json()).error.message).toContain('(choice 2)')
  })

  it('keeps no state: the same request gets the same answer in any order', async () => {
    const replay = await start(grid(3, 2))
    const ask = async (i: number, k: number) => {
      const { messages, seed } = recording(i, k)
      return (await (await post(replay, { model: 'teacher', messages, seed })).json()).choices[0].message.content
    }
    const first = await Promise.all([ask(0, 0), ask(2, 1), ask(1, 0)])
    expect(await Promise.all([ask(1, 0), ask(0, 0), ask(2, 1)])).toEqual([first[2], first[0], first[1]])
  })

  it('names the nearest recording and the first difference when there is none', async () => {
    const replay = await start(grid(3, 2))
    const { messages, seed } = recording(1)
    const changed = [messages[0]!, { role: 'user', content: messages[1]!.content.replace('1 + 1', '1 + 7') }]
    const missing = await post(replay, { model: 'teacher', messages: changed, seed })
    expect(missing.status).toBe(404)
    const { error } = await missing.json()
    expect(error.code).toBe('no_recording')
    const at = messages[1]!.content.indexOf('1 + 1') + 4
    expect(error.message).toContain(`sample of test/1, sample 0 (model teacher, seed ${seed})`)
    expect(error.message).toContain(`messages[1].content differs at character ${at}:`)
    expect(error.message).toContain('1 + 7?')
    const other = async (body: object) =>
      (await (await post(replay, { model: 'teacher', messages, seed, ...body })).json()).error
    expect((await other({ seed: 5 })).message).toContain(`seed is 5, and ${seed} is recorded`)
    expect((await other({ seed: null })).message).toContain('seed is not given')
    expect((await other({ messages: [messages[1]] })).message).toContain(
      'messages by user were sent, and messages by system, user are recorded',
    )
    expect(await other({ model: 'student' })).toMatchObject({
      code: 'model_not_found',
      message: expect.stringContaining('these are here: teacher'),
    })
  })

  it('refuses in the shape of OpenAI what it does not understand', async () => {
    const replay = await start([recording(1)])
    const status = async (body: unknown) => {
      const response = await post(replay, body)
      expect((await response.json()).error).toMatchObject({
        message: expect.any(String),
        type: 'invalid_request_error',
      })
      return response.status
    }
    for (const body of [
      '{"model":',
      '[]',
      'null',
      {},
      { model: 'teacher' },
      { model: 'teacher', messages: [] },
      { model: 'teacher', messages: [{}] },
      { model: 'teacher', messages: [{ role: 'user', content: '' }], seed: 'x' },
      { model: 'teacher', messages: [{ role: 'user', content: '' }], n: 0 },
    ])
      expect(await status(body)).toBe(400)
    expect((await fetch(`${replay.url}/v1/chat/completions`)).status).toBe(405)
    expect((await fetch(`${replay.url}/v1/embeddings`, { method: 'POST' })).status).toBe(404)
    expect(await (await fetch(`${replay.url}/health`)).json()).toEqual({ status: 'ok', recordings: 1 })
  })

  it('refuses a file that is none, is empty, or has a line that is no recording, naming the line', async () => {
    expect(await stoppedBy(startReplay([file('nowhere.jsonl')]))).toMatchObject({
      code: 'no-file',
      message: expect.stringContaining('nowhere.jsonl (ENOENT)'),
    })
    expect(await stoppedBy(startReplay([folder]))).toMatchObject({ code: 'no-file' })
    writeFileSync(file('empty.jsonl'), '\n\n')
    expect(await stoppedBy(startReplay([file('empty.jsonl')]))).toMatchObject({
      code: 'bad-data',
      message: expect.stringContaining('holds no recording'),
    })
    const torn = write([recording(1), recording(2)])
    appendFileSync(torn, '{"key":"12')
    expect(await stoppedBy(startReplay([torn]))).toMatchObject({
      code: 'bad-data',
      message: expect.stringMatching(/^Line 3 of .*not JSON/),
      fix: expect.stringContaining('sed -i 3d'),
    })
    const wrong = { ...recording(1), key: '0'.repeat(32) }
    expect((await stoppedBy(startReplay([write([recording(2), wrong], 'wrong.jsonl')]))).message).toMatch(
      /^Line 2 of .*its key is "0{32}"/,
    )
    const odd = { ...recording(1), answer: { content: 'x', finish: 'tool_calls', usage: { prompt: 1, completion: 1 } } }
    expect((await stoppedBy(startReplay([write([odd as never], 'odd.jsonl')]))).message).toMatch(
      /"answer\.finish" is neither/,
    )
  })

  it('says that its port is taken', async () => {
    const taken = createServer()
    const { port, close } = await listening(taken)
    const error = await stoppedBy(startReplay([write([recording(1)])], { port }))
    expect(error).toMatchObject({ code: 'port', message: `Port ${port} on 127.0.0.1 cannot be used (EADDRINUSE).` })
    expect(error.fix).toMatch(/--port 0$/)
    await close()
  })
})

describe('sampling a replay', () => {
  it('starts the server in this process, says so, costs nothing, and gives the recorded answers', async () => {
    const m = model('teacher', { replay: write(grid(3, 2)) })
    const rows = await sample(problems(3), { model: m, in: workspace(file('w')), n: 2 })
    expect(rows.map(({ text: said, reasoning, dollars, finish }) => ({ said, reasoning, dollars, finish }))).toEqual(
      grid(3, 2).map(({ answer }) => ({
        said: answer.content,
        reasoning: answer.reasoning,
        dollars: 0,
        finish: 'stop',
      })),
    )
    expect(String(m)).toBe('teacher (replay of r.jsonl)')
    expect(String(host.shown.at(-1)!.bundle['text/html'])).toContain('teacher (replay)')
  })

  it('finds kept answers again although the port is another', async () => {
    const lines = grid(2, 1)
    const work = () => workspace(file('w'))
    await sample(problems(2), { model: model('teacher', { replay: write(lines, 'a.jsonl') }), in: work() })
    const m = model('teacher', { replay: write(lines, 'b.jsonl') })
    const again = await sample(problems(2), { model: m, in: work() })
    expect(again.every(({ finish }) => finish === 'stop')).toBe(true)
    expect(host.shown.at(-1)!.bundle['text/plain']).toContain('2 from disk')
  })

  it('gives a row with the reason where there is no recording, and goes on', async () => {
    const m = model('teacher', { replay: write(grid(2, 1)) })
    const rows = await sample(problems(6), { model: m, in: workspace(file('w')) })
    expect(rows.map(({ finish }) => finish)).toEqual(['stop', 'stop', 'error', 'error', 'error', 'error'])
    expect(rows[2]!.failure).toMatch(/^There is no recording of this request\. The nearest is sample of test\//)
  })

  it('with injected 429, 500 and cut connections ends with the same rows', async () => {
    const lines = grid(12, 2)
    const quiet = await sample(problems(12), {
      model: model('teacher', { replay: write(lines, 'q.jsonl') }),
      in: workspace(file('w')),
      n: 2,
    })
    const replay = await start(lines, { faults: { limit: 0.2, error: 0.1, cut: 0.15, slow: 2 } })
    const statuses: number[] = []
    const counted = await fetch(`${replay.url}/health`)
    statuses.push(counted.status)
    const m = model('teacher', { baseURL: `${replay.url}/v1`, retries: 8 })
    const other = workspace(file('x'))
    const rows = await sample(problems(12), { model: m, in: other, n: 2 })
    const content = (list: typeof rows) => list.map(({ text: said, finish, usage }) => ({ said, finish, usage }))
    expect(content(rows)).toEqual(content(quiet))
    await other.close()
  })

  it('really makes the faults that it is asked for, the same ones in every run', async () => {
    const outcomes = async () => {
      const replay = await start(grid(20, 2), { faults: { limit: 0.3, error: 0.2 } })
      return Promise.all(
        grid(20, 2).map(
          async ({ messages, seed }) => (await post(replay, { model: 'teacher', messages, seed })).status,
        ),
      )
    }
    const first = await outcomes()
    expect(new Set(first)).toEqual(new Set([200, 429, 500]))
    expect(await outcomes()).toEqual(first)
  })
})

describe('recording', () => {
  it('writes what a real server said so that a replay says it again, without network', async () => {
    const server = await chatServer((request, response) =>
      say(response, answerTo(request), { delta: { reasoning_content: 'hm' } }),
    )
    const recorded = file('new/recorded.jsonl')
    const real = model('m', { baseURL: server.url, record: recorded })
    const rows = await sample(problems(4), { model: real, in: workspace(file('w')), n: 2 })
    await server.close()
    const lines = readFileSync(recorded, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Recording)
    expect(lines).toHaveLength(8)
    expect(lines[0]).toMatchObject({
      model: 'm',
      index: 0,
      for: { stage: 'sample' },
      origin: expect.stringMatching(/^recorded: m, http:\/\/127\.0\.0\.1:\d+\/v1, \d{4}-\d\d-\d\d$/),
    })
    const other = workspace(file('x'))
    const replayed = await sample(problems(4), { model: model('m', { replay: recorded }), in: other, n: 2 })
    const said = (list: typeof rows) =>
      list.map(({ id, sample: k, text: content, reasoning, usage }) => ({ id, k, content, reasoning, usage }))
    expect(said(replayed)).toEqual(said(rows))
    await other.close()
  })
})

describe('skylab replay', () => {
  const command = fileURLToPath(new URL('../../dist/src/commands/replay.js', import.meta.url))
  const run = (...args: string[]) => {
    const script = `import(${JSON.stringify(command)}).then(({ replay }) => replay(${JSON.stringify(args)})).then((status) => { process.exitCode = status })`
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => (output.stdout += chunk))
    child.stderr.on('data', (chunk) => (output.stderr += chunk))
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    return { child, output, ended }
  }

  it('serves until it is ended, and says where', async () => {
    const { child, output, ended } = run(write(grid(2, 1)), '--port=0', '--inject', '429=0.1,slow=1')
    await new Promise<void>((resolve) => child.stdout.on('data', () => output.stdout.includes('baseURL') && resolve()))
    const url = /at (http:\S+)\/v1/.exec(output.stdout)![1]!
    expect(output.stdout).toMatch(/^2 recordings of teacher at http/)
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok', recordings: 2 })
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })

  it('listens where it is told to, and gives the address under which others reach it', async () => {
    const served = await startReplay([write(grid(2, 1))], { host: '127.0.0.2' })
    expect(served.url).toMatch(/^http:\/\/127\.0\.0\.2:\d+$/)
    expect((await fetch(`${served.url}/health`)).status).toBe(200)
    await served.close()
    const open = await startReplay([write(grid(2, 1))], { host: '0.0.0.0' })
    expect(open.url).toContain(`//${os.hostname()}:`)
    expect((await fetch(`http://127.0.0.2:${new URL(open.url).port}/health`)).status).toBe(200)
    await open.close()
    expect(await stoppedBy(startReplay([write(grid(2, 1))], { host: '192.0.2.1' }))).toMatchObject({
      code: 'port',
      message: expect.stringContaining('on 192.0.2.1 cannot be used'),
    })
  })

  it('ends with status 2 and a fix for a wrong call', async () => {
    for (const args of [
      [],
      ['--prot', '1'],
      [file('nowhere')],
      [write([recording(1)]), '--inject', '503=1'],
      [file(), '--port', 'x'],
      [file(), '--host='],
    ]) {
      const { output, ended } = run(...args)
      expect(await ended).toBe(2)
      expect(output.stdout).toBe('')
      expect(output.stderr).toMatch(/→ /)
    }
  })
})
