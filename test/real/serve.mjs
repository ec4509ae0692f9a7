// A real small model through `serve`, behind a real sshd on 127.0.0.1: Gemma 3 270M by `serve`'s own llama.cpp engine,
// started, waited for, asked through the forwarded port, found again by the same call, asked after a cut connection, and
// stopped; then once more by a command of our own (small-model.sh).
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { problems, sample, serve, workspace } from '../../dist/src/index.js'
import { startSshd } from '../src/train.sshd.ts'

const script = path.resolve('test/real/small-model.sh')
const file = execFileSync('sh', [script, 'install'], { stdio: ['ignore', 'pipe', 'inherit'] })
  .toString()
  .trim()
const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'skylab')
const python = process.env.SKYLAB_REAL_PYTHON ?? path.join(cache, 'llama/bin/python')
const root = mkdtempSync(path.join(os.tmpdir(), 'skylab-serve-'))
const sshd = await startSshd(path.join(root, 'sshd'))
const shared = { on: 'ssh://box', sshConfig: sshd.config, folder: path.join(root, 'far'), concurrency: 1 }
const ways = [
  // One thread: a number of threads would change rounding, and with it the answers.
  {
    ...shared,
    name: 'gemma-3-270m',
    gpus: 0,
    setup: `PATH='${path.dirname(python)}':$PATH`,
    args: ['--chat_format', 'alpaca', '--n_threads', '1'],
  },
  { ...shared, name: 'gemma-own-command', command: `sh '${script}' {port}` },
]
const asked = await problems('practice:bench', { limit: 2 })
const work = workspace(path.join(root, 'work'))
let model
try {
  for (const options of ways) {
    const began = Date.now()
    model = await serve(file, options)
    console.log(`${model} answers after ${((Date.now() - began) / 1000).toFixed(1)} s`)
    const rows = await sample(asked, { model, in: work, maxTokens: 48, stage: options.name })
    for (const { id, finish, text, usage } of rows) console.log(id, finish, usage, JSON.stringify(text.slice(0, 100)))
    if (rows.some(({ finish, text }) => finish === 'error' || text === '')) throw new Error('an answer never came')
    if ((await serve(file, options)) !== model) throw new Error('it was served twice')
    sshd.cut()
    const [again] = await sample(asked.slice(0, 1), { model, in: work, maxTokens: 16, stage: `${options.name}-after` })
    if (again.finish === 'error') throw new Error(`after a cut: ${again.failure}`)
    console.log((await model.logs(3)).join('\n'))
    await model.stop()
    if (await model.running()) throw new Error('it does not stop')
    console.log('stopped')
  }
} finally {
  await model?.stop()
  await sshd.close()
  rmSync(root, { recursive: true, force: true })
}
process.exit(0)
