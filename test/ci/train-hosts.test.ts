// Several users, several addresses, three hops: a real sshd for each, on 127.0.0.2 to 127.0.0.4, each letting in
// one user with one key, and each door forwarding to the next machine alone.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { train } from '../../src/train/index.js'
import { FarMachine } from '../../src/train/ssh/far.js'
import { resolveTarget } from '../../src/train/ssh/target.js'
import { BASE, remove, temporary, writeSet } from '../src/train.data.js'
import { standInTrainer } from '../src/train.sshd.js'

describe('several users and jump hosts', () => {
  const users = ['skylab-one', 'skylab-two', 'skylab-three']
  const addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.4']
  const children: ChildProcess[] = []
  let dir: string
  let config: string
  let port: number

  beforeAll(async () => {
    dir = temporary()
    execFileSync('chmod', ['755', dir])
    mkdirSync('/run/sshd', { recursive: true })
    for (const user of users) {
      spawnSync('userdel', ['-r', user], { stdio: 'ignore' })
      // A password field that no password fits, but that is not locked: sshd without PAM refuses locked accounts.
      execFileSync('useradd', ['-m', '-s', user === 'skylab-three' ? '/bin/bash' : '/bin/sh', '-p', '*', user])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path.join(dir, user)])
      execFileSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', path.join(dir, `${user}-host`)])
    }
    const probe = net.createServer()
    await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done))
    port = (probe.address() as AddressInfo).port
    await new Promise((done) => probe.close(done))
    for (const [index, user] of users.entries()) {
      const next = addresses[index + 1]
      writeFileSync(path.join(dir, `${user}.authorized`), readFileSync(path.join(dir, `${user}.pub`)))
      writeFileSync(
        path.join(dir, `${user}.sshd`),
        `Port ${port}
ListenAddress ${addresses[index]}
HostKey ${dir}/${user}-host
AuthorizedKeysFile ${dir}/${user}.authorized
AllowUsers ${user}
AllowTcpForwarding ${next ? 'yes' : 'no'}
${next ? `PermitOpen ${next}:${port}` : ''}
MaxAuthTries 2
PidFile none
StrictModes no
UsePAM no
`,
      )
      children.push(spawn('/usr/sbin/sshd', ['-D', '-e', '-f', path.join(dir, `${user}.sshd`)], { stdio: 'ignore' }))
    }
    writeFileSync(
      path.join(dir, 'known'),
      users
        .map(
          (user, index) => `[${addresses[index]}]:${port} ${readFileSync(path.join(dir, `${user}-host.pub`), 'utf8')}`,
        )
        .join(''),
    )
    execFileSync('ssh-keygen', ['-q', '-H', '-f', path.join(dir, 'known')], { stdio: 'ignore' })
    config = path.join(dir, 'config')
    writeFileSync(
      config,
      `${users
        .map(
          (user, index) => `Host hop${index}
  HostName ${addresses[index]}
  User ${user}
  ${index === 1 ? 'ProxyJump hop0' : ''}
  ${index === 2 ? 'ProxyJump hop1' : ''}
  IdentityFile ${dir}/none
  IdentityFile ${dir}/%r
`,
        )
        .join('')}Host listed
  HostName ${addresses[2]}
  User ${users[2]}
  IdentityFile ${dir}/%r
  ProxyJump ${users[0]}@hop0:${port},hop1
Host straight
  HostName ${addresses[2]}
  User ${users[2]}
  IdentityFile ${dir}/${users[0]}
Host *
  Port ${port}
  IdentityAgent none
  IdentitiesOnly yes
  UserKnownHostsFile ${dir}/known
  GlobalKnownHostsFile none
`,
    )
    for (const address of addresses) {
      for (let tries = 0; tries < 100; tries++) {
        const up = await new Promise<boolean>((done) => {
          const socket = net.connect(port, address, () => done(true)).on('error', () => done(false))
          socket.on('connect', () => socket.destroy())
        })
        if (up) break
        await sleep(50)
      }
    }
  })
  afterAll(async () => {
    for (const child of children) {
      child.kill()
      await new Promise((done) => (child.exitCode === null ? child.once('exit', done) : done(undefined)))
    }
    // The last processes of a job that was ended may take a moment to go.
    for (const user of users)
      for (let tries = 0; tries < 40 && spawnSync('userdel', ['-r', user], { stdio: 'ignore' }).status === 8; tries++)
        await sleep(250)
    remove(dir)
  })

  const ask = async (host: string, script: string) => {
    const far = new FarMachine(() => resolveTarget(`ssh://${host}`, config))
    try {
      return (await far.exec(script)).stdout.toString().trim()
    } finally {
      far.close()
    }
  }

  it.each([
    ['hop0', 'skylab-one', 0],
    ['hop1', 'skylab-two', 1],
    ['hop2', 'skylab-three', 2],
    ['listed', 'skylab-three', 2],
  ])('%s is %s, through its doors', async (host, user, index) => {
    const [who, connection] = (await ask(host, 'id -un; echo $SSH_CONNECTION')).split('\n')
    expect(who).toBe(user)
    expect(connection!.split(' ').slice(2)).toEqual([addresses[index], String(port)])
    // As OpenSSH itself sees it.
    const theirs = spawnSync('ssh', ['-F', config, host, 'id -un'], { encoding: 'utf8' })
    expect(theirs.stdout.trim()).toBe(user)
  })

  it('says which of the machines refuses whom', async () => {
    await expect(ask('straight', 'true')).rejects.toMatchObject({
      code: 'bad-key',
      message: expect.stringContaining(`skylab-three@127.0.0.4:${port} refused`),
    })
  })

  it('trains as another user, in that user’s home', async () => {
    const bin = standInTrainer(dir)
    execFileSync('chmod', ['-R', 'a+rX', bin])
    const run = await train(writeSet(path.join(dir, 'work')), {
      base: BASE,
      on: 'ssh://hop2',
      in: { dir: path.join(dir, 'work') },
      setup: `PATH='${bin}':$PATH; export PRACTICE_SECONDS=2`,
      sshConfig: config,
      force: true,
    })
    expect(run.dir).toMatch(/^\/home\/skylab-three\/skylab\/runs\/tiny-/)
    expect(await run.state()).toBe('running')
    expect(await run.stop(3)).toMatch(/stopped|done|failed/)
  })
})
