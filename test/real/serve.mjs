// A real small model through `serve`, behind a real sshd on 127.0.0.1: Gemma 3 270M with llama.cpp's server, by a command
// of our own (small-model.sh), started, waited for, asked through the forwarded port, found again by the same call,
// asked after a cut connection, and stopped.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { problems, sample, serve, workspace } from '../../dist/src/index.js'
import { startSshd } from '../src/train.sshd.ts'

const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'skylab')
const root = mkdtempSync(path.join(os.tmpdir(), 'skylab-serve-'))
const sshd = await startSshd(path.join(root, 'sshd'))
const options = {
  on: 'ssh://box',
  sshConfig: sshd.config,
  name: 'gemma-3-270m',
  command: `sh '${path.resolve('test/real/small-model.sh')}' {port}`,
  folder: path.join(root, 'far'),
  concurrency: 1,
}
let model
try {
  const began = Date.now()
  model = await serve(path.join(cache, 'gemma-3-270m.gguf'), options)
  console.log(`${model} answers after ${((Date.now() - began) / 1000).toFixed(1)} s`)
  const asked = await problems('practice:bench', { limit: 2 })
  const work = workspace(path.join(root, 'work'))
  const rows = await sample(asked, { model, in: work, maxTokens: 48 })
  for (const { id, finish, text, usage } of rows) console.log(id, finish, usage, JSON.stringify(text.slice(0, 100)))
  if (rows.some(({ finish, text }) => finish === 'error' || text === '')) throw new Error('an answer never came')
  if ((await serve(path.join(cache, 'gemma-3-270m.gguf'), options)) !== model) throw new Error('it was served twice')
  sshd.cut()
  const [again] = await sample(asked.slice(0, 1), { model, in: work, maxTokens: 16, stage: 'after' })
  if (again.finish === 'error') throw new Error(`after a cut: ${again.failure}`)
  console.log((await model.logs(3)).join('\n'))
  await model.stop()
  if (await model.running()) throw new Error('it does not stop')
  console.log('stopped')
} finally {
  await model?.stop()
  await sshd.close()
  rmSync(root, { recursive: true, force: true })
}
process.exit(0)
