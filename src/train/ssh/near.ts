// This machine in the place of a far one: the same scripts, run here. For `slurm://localhost`, where the
// notebook is on the login node itself.
import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream, mkdirSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Stopped } from '../../stopped.js'
import type { Answer } from './command.js'
import type { Machine, Patience, Sending } from './far.js'

export class NearMachine implements Machine {
  exec(script: string, { signal }: Patience = {}): Promise<Answer> {
    return new Promise((done, fail) => {
      const child = spawn('/bin/sh', ['-s'], { cwd: os.homedir(), stdio: ['pipe', 'pipe', 'pipe'], signal })
      const out: Buffer[] = []
      let stderr = ''
      child.on('error', (error) =>
        fail(
          signal?.aborted ? signal.reason : new Stopped('no-host', `/bin/sh: ${error.message}`, 'ls -l /bin/sh', error),
        ),
      )
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString()
      })
      child.stdin.on('error', () => undefined)
      child.on('close', (code) => done({ code, stdout: Buffer.concat(out), stderr }))
      child.stdin.end(`skylab_script() {\n:\n${script}\n}\nskylab_script\n`)
    })
  }

  async send(local: string, remote: string, sending: Sending = {}): Promise<string> {
    const { before, receive } = sending
    // Its last word says whether the file is wanted.
    const said =
      before === undefined ? 'wanted' : (await this.exec(`${before}\necho wanted`, sending)).stdout.toString()
    if (!/^wanted$/m.test(said)) return said
    try {
      await copy(local, remote, sending)
    } catch (error) {
      if (sending.signal?.aborted) throw error
      const { code, message } = error as NodeJS.ErrnoException
      throw new Stopped(
        code === 'ENOSPC' ? 'disk' : 'no-file',
        `${remote} cannot be written: ${message}`,
        `train(data, { …, folder: '/a/folder/of/mine' })`,
        error,
      )
    }
    if (receive === undefined) return ''
    return (await this.exec(`{ ${receive}\n} < /dev/null`, sending)).stdout.toString()
  }

  async fetch(remote: string, local: string, patience: Patience = {}): Promise<void> {
    mkdirSync(path.dirname(local), { recursive: true })
    try {
      await copy(remote, local, patience)
    } catch (error) {
      if (patience.signal?.aborted) throw error
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'ENOSPC') throw new Stopped('disk', message, `df -h ${path.dirname(local)}`, error)
      throw new Stopped('no-file', `${remote} cannot be read: ${message}`, 'await run.files()', error)
    }
  }

  async command(): Promise<string> {
    return ''
  }

  close(): void {}
}

async function copy(from: string, to: string, { signal, onBytes }: Patience): Promise<void> {
  const size = statSync(from).size
  const there = statSync(to, { throwIfNoEntry: false })?.size ?? 0
  const have = there <= size ? there : 0
  let done = have
  const source = createReadStream(from, { start: have, highWaterMark: 1 << 20 })
  source.on('data', (chunk) => onBytes?.((done += chunk.length)))
  await pipeline(source, createWriteStream(to, { flags: have ? 'a' : 'w' }), ...(signal ? [{ signal }] : []))
}
