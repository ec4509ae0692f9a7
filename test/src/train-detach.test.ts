// What keeps a job alive without its launcher: each way, where the others are not there. systemd-run stands in for
// the real one here, because no container has a user's systemd; setsid and tmux are real.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startScript } from '../../src/train/job/start.js'
import { NearMachine } from '../../src/train/ssh/near.js'
import { remove, temporary } from './train.data.js'

let dir: string
beforeEach(() => {
  dir = temporary()
})
afterEach(() => remove(dir))

/** A PATH with the tools that every machine has, and of the others only those named. */
function only(...names: string[]): string {
  const bin = path.join(dir, 'bin')
  mkdirSync(bin)
  const tools = ['sh', 'env', 'mkdir', 'date', 'cat', 'basename', 'tr', 'id', 'nohup', 'sleep', 'mv', ...names]
  for (const tool of tools) {
    const found = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim()
    if (found) symlinkSync(found, path.join(bin, tool))
  }
  return bin
}

function command(bin: string, name: string, text: string): void {
  writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`)
  chmodSync(path.join(bin, name), 0o755)
}

async function started(bin: string): Promise<string> {
  const job = path.join(dir, 'tiny-0')
  mkdirSync(job)
  writeFileSync(path.join(job, 'run.sh'), 'printf %s "$SKYLAB_JOB" > mark.new; mv mark.new mark; sleep 0.2\n')
  const { stdout, stderr } = await new NearMachine().exec(`PATH='${bin}'; export PATH\n${startScript(job, 1)}`)
  if (!stdout.toString().startsWith('started')) return `${stdout}${stderr}`
  for (let tries = 0; tries < 1000 && !existsSync(path.join(job, 'mark')); tries++) await sleep(20)
  expect(readFileSync(path.join(job, 'mark'), 'utf8')).toBe(`${job}/1;`)
  expect(readFileSync(path.join(job, 'attempts/1/how'), 'utf8').trim()).toBe(stdout.toString().trim().split(' ')[1])
  return stdout.toString().trim()
}

describe('a job is kept alive', () => {
  it('by setsid', async () => {
    expect(await started(only('setsid', 'tmux'))).toBe('started setsid')
  })

  it.skipIf(spawnSync('sh', ['-c', 'command -v tmux']).status !== 0)('by tmux', async () => {
    expect(await started(only('tmux'))).toBe('started tmux')
  })

  it('by systemd, where the user lingers', async () => {
    const bin = only('setsid', 'tmux')
    command(bin, 'loginctl', 'echo yes')
    // Does what is asked of the real one here: a clean environment with what --setenv gives, in --working-directory.
    command(
      bin,
      'systemd-run',
      `unset SKYLAB_JOB; while :; do case $1 in --setenv=*) export "\${1#--setenv=}" ;; --working-directory=*) cd "\${1#*=}" ;; --*) ;; *) break ;; esac; shift; done; "$@" &`,
    )
    expect(await started(bin)).toBe('started systemd-run')
  })

  it('by setsid, where systemd would end it with the login', async () => {
    const bin = only('setsid')
    command(bin, 'loginctl', 'echo no')
    command(bin, 'systemd-run', 'exit 1')
    expect(await started(bin)).toBe('started setsid')
  })

  it('by nothing, and says so', async () => {
    expect(await started(only())).toContain('none of systemd-run, setsid and tmux could start it')
  })
})
