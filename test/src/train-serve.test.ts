// Serving: a server is started, waited for, asked, found again and stopped, here and behind a real sshd. The server is a
// stand-in that answers with the weights it was started on; real models are served in `npm run real`.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Problem } from '../../src/rows.js'
import { sample } from '../../src/sample/index.js'
import { type Served, type ServeOptions, serve } from '../../src/train/index.js'
import { commandFor } from '../../src/train/serve/engines.js'
import { workspace } from '../../src/workspace/index.js'
import { remove, temporary } from './train.data.js'
import { type Sshd, startSshd } from './train.sshd.js'

/** Answers every question with the text of `weights.bin`; takes a moment to load; dies where it is told to. */
const STAND_IN = `
const http = require('node:http'), fs = require('node:fs')
const [model, port, name] = process.argv.slice(2)
console.log('pid ' + process.pid + '\\nloading ' + model)
if (fs.existsSync(model + '/broken')) { console.error('ValueError: the weights are broken'); process.exit(3) }
const text = fs.readFileSync(model + '/weights.bin', 'utf8')
setTimeout(() => http.createServer((request, response) => {
  fs.appendFileSync(model + '/asked', request.url + '\\n')
  if (request.url === '/v1/models') return response.end(JSON.stringify({ data: [{ id: name }] }))
  let body = ''
  request.on('data', (chunk) => { body += chunk })
  request.on('end', () => {
    const { stream } = JSON.parse(body)
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
    response.setHeader('content-type', stream ? 'text/event-stream' : 'application/json')
    if (stream) {
      response.write('data: ' + JSON.stringify({ choices: [{ index: 0, delta: { content: text }, finish_reason: 'stop' }] }) + '\\n\\n')
      response.end('data: ' + JSON.stringify({ choices: [], usage }) + '\\n\\ndata: [DONE]\\n\\n')
    } else response.end(JSON.stringify({ choices: [{ index: 0, message: { content: text }, finish_reason: 'stop' }], usage }))
  })
}).listen(Number(port), '127.0.0.1', () => console.log('listening')), 300)
`

const problem: Problem = { id: 'p', source: 's', kind: 'math', domain: 'math', prompt: '1 + 1?', answer: '2' }

let root: string
let sshd: Sshd
let place = 0
let dir: string
let weights: string
const started: Served[] = []

beforeAll(async () => {
  root = temporary()
  sshd = await startSshd(path.join(root, 'sshd'))
  writeFileSync(path.join(root, 'stand-in.cjs'), STAND_IN)
})
afterAll(async () => {
  await sshd.close()
  remove(root)
})
beforeEach(() => {
  dir = path.join(root, `work ${place++}`)
  // A blank and a quote in every path on the way.
  weights = path.join(dir, "it's a run", 'output')
  mkdirSync(weights, { recursive: true })
  writeFileSync(path.join(weights, 'config.json'), '{}')
  writeFileSync(path.join(weights, 'weights.bin'), 'The answer is \\boxed{2}.')
})
afterEach(async () => {
  for (const model of started.splice(0)) await model.stop()
})

const start = async (more: ServeOptions = {}) => {
  const model = await serve(weights, {
    command: `'${process.execPath}' '${root}/stand-in.cjs' {model} {port} {name}`,
    folder: path.join(dir, 'far'),
    sshConfig: sshd.config,
    ...more,
  })
  started.push(model)
  return model
}
const ask = async (model: Served, stage = 'sample') =>
  (await sample([problem], { model, in: workspace(path.join(dir, 'work')), stage, maxTokens: 64 }))[0]!.text
const asked = () => readFileSync(path.join(weights, 'asked'), 'utf8').match(/chat/g)?.length ?? 0
const gone = async (model: Served) => {
  for (let tries = 0; tries < 100 && (await model.running()); tries++)
    await new Promise((done) => setTimeout(done, 100))
  return !(await model.running())
}

describe.each(['local', 'ssh://box'])('a model served on %s', (on) => {
  it('answers, is found again by the same cell, and stops', async () => {
    const model = await start({ on })
    expect(model.id).toBe("it's a run")
    expect(String(model)).toContain(on)
    expect(await ask(model)).toContain('\\boxed{2}')
    expect(await start({ on })).toBe(model)
    expect(await model.running()).toBe(true)
    expect((await model.logs()).at(-1)).toBe('listening')
    await model.stop()
    expect(await gone(model)).toBe(true)
    await expect(ask(model, 'again')).rejects.toMatchObject({
      code: 'no-server',
      message: expect.stringMatching(/was stopped by stop\(\).*listening/s),
    })
  })

  it('says why it does not come up, with the last lines of its log', async () => {
    writeFileSync(path.join(weights, 'broken'), '')
    await expect(start({ on })).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/exit status 3 before it answered.*ValueError: the weights are broken/s),
    })
    await expect(start({ on, command: 'no-such-server {port}' })).rejects.toMatchObject({ code: 'no-tool' })
  })
})

it('keeps answers by the weights: the same served anew answers nothing again, other weights under the same path do', async () => {
  const model = await start({ on: 'local' })
  await ask(model)
  await model.stop()
  const again = await start({ on: 'ssh://box' })
  expect(again.identity).toBe(model.identity)
  await ask(again)
  expect(asked()).toBe(1)
  writeFileSync(path.join(weights, 'model.safetensors'), 'other weights')
  writeFileSync(path.join(weights, 'weights.bin'), 'The answer is \\boxed{3}.')
  const other = await start({ on: 'ssh://box' })
  expect(other.identity).not.toBe(model.identity)
  expect(await ask(other)).toContain('\\boxed{3}')
  // The server of the weights that are gone was ended for it.
  expect(asked()).toBe(2)
})

it('dies while it is asked: that is said, with its last words, and not waited for', async () => {
  const model = await start({ on: 'ssh://box' })
  await ask(model)
  const pid = (await model.logs(50)).map((line) => /^pid (\d+)/.exec(line)?.[1]).find(Boolean)
  process.kill(Number(pid), 'SIGKILL')
  await expect(ask(model, 'after')).rejects.toMatchObject({
    code: 'no-server',
    message: expect.stringMatching(/has ended with exit status 137.*listening/s),
  })
})

it('survives a cut connection', async () => {
  const model = await start({ on: 'ssh://box' })
  await ask(model)
  sshd.cut()
  expect(await ask(model, 'after')).toContain('\\boxed{2}')
  expect(await model.running()).toBe(true)
})

it('ends with the kernel that started it, and stays where that is asked for', async () => {
  const inKernel = (keep: boolean) => {
    const script = `import { serve } from ${JSON.stringify(path.resolve('dist/src/index.js'))}
const model = await serve(${JSON.stringify(weights)}, { on: 'local', keep: ${keep}, folder: ${JSON.stringify(path.join(dir, String(keep)))}, command: ${JSON.stringify(`'${process.execPath}' '${root}/stand-in.cjs' {model} {port} {name}`)} })
console.log(model.dir)
setInterval(() => undefined, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return new Promise<string>((done) => {
      child.stdout.once('data', (text: Buffer) => {
        child.once('exit', () => done(text.toString().trim()))
        child.kill('SIGKILL')
      })
    })
  }
  const folder = await inKernel(false)
  for (let tries = 0; tries < 150 && !existsSync(path.join(folder, 'exit')); tries++)
    await new Promise((done) => setTimeout(done, 100))
  expect(readFileSync(path.join(folder, 'log.txt'), 'utf8')).toMatch(/\[skylab\] the kernel \(pid \d+\) has ended/)
  const kept = await inKernel(true)
  await new Promise((done) => setTimeout(done, 2500))
  expect(existsSync(path.join(kept, 'exit'))).toBe(false)
  // The same cell in another kernel, this one: nothing is started, and it can be stopped from here.
  const model = await start({ on: 'local', keep: true, folder: path.join(dir, 'true') })
  expect(model.dir).toBe(kept)
  expect(await ask(model)).toContain('\\boxed{2}')
})

it('refuses what cannot be', async () => {
  await expect(serve('/no/such/folder', { on: 'local' })).rejects.toMatchObject({ code: 'no-file' })
  await expect(start({ on: 'practice' })).rejects.toThrow(/trains nothing/)
  await expect(start({ on: 'h100' })).rejects.toMatchObject({ code: 'bad-call' })
  await expect(start({ on: 'local', command: 'server' })).rejects.toThrow(/with \{port\} in it/)
  await expect(start({ on: 'local', env: { HF_TOKEN: 'x' } })).rejects.toThrow(/looks like a secret/)
  await expect(start({ on: 'local', gpuMemory: 90 })).rejects.toThrow(/share from 0 to 1/)
  const holder = await start({ on: 'local' })
  const port = Number(readFileSync(path.join(holder.dir, 'port'), 'utf8'))
  await expect(start({ on: 'local', port, name: 'second' })).rejects.toMatchObject({ code: 'port' })
})

describe('the command', () => {
  const nasty = '/models/it\'s $(touch x) `y` "z"'
  it('of vLLM spreads over GPUs, and serves an adapter under its own name', () => {
    const { line } = commandFor({ model: 'Qwen/Qwen2.5-32B-Instruct' }, 'sky', {
      gpus: 8,
      maxLength: 32_768,
      gpuMemory: 0.85,
    })
    expect(line).toBe(
      `vllm serve 'Qwen/Qwen2.5-32B-Instruct' --port "$port" '--host' '127.0.0.1' '--served-model-name' 'sky' '--tensor-parallel-size' '8' '--max-model-len' '32768' '--gpu-memory-utilization' '0.85'`,
    )
    const adapted = commandFor({ model: 'base', adapter: '/a', rank: 48 }, 'sky', {}).line
    expect(adapted).toContain(
      `'--served-model-name' 'sky-base' '--enable-lora' '--max-lora-rank' '64' '--lora-modules' 'sky=/a'`,
    )
  })

  it('takes llama.cpp for a .gguf, LLaMA-Factory without a GPU, and quotes whatever a path holds', () => {
    expect(commandFor({ model: '/m.gguf' }, 'm', { gpus: 0 }).line).toMatch(/exec llama-server .*'-ngl' '0'/)
    const { line, files } = commandFor({ model: nasty }, 'm', { gpus: 0 })
    expect(line).toContain('API_HOST=127.0.0.1')
    expect(files['serve.yaml']).toContain(JSON.stringify(nasty))
    expect(commandFor({ model: nasty }, 'm', {}).line).toContain(`'/models/it'\\''s $(touch x) \`y\` "z"'`)
    expect(() => commandFor({ model: 'm' }, 'm', { engine: 'ollama' as 'vllm' })).toThrow(/no engine "ollama"/)
  })
})
