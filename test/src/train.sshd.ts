// A real OpenSSH server of the test's own on 127.0.0.1, and a wire to it that can be cut.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo, type Socket } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const SSHD = '/usr/sbin/sshd'
export const hasSshd = existsSync(SSHD)

export interface Sshd {
  /** Folder of keys and configuration. */
  dir: string
  /** Client configuration in which `box` is this server, through the wire. */
  config: string
  /** The port of the wire. */
  port: number
  /** `box` in known_hosts, as it should be. */
  known: string
  /** Cuts every connection now. */
  cut(): void
  /** Accepts no new connection until called with false. */
  deaf(on: boolean): void
  /** Cuts the connections after so many more bytes from the client. */
  cutAfter(bytes: number): void
  /** Lets so many bytes a second through from the client; Infinity is as fast as it goes. */
  slow(bytes: number): void
  /** Bytes that the client has sent. */
  sent(): number
  /** Ends the server and starts it again, on the same port. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** @param lines further lines of sshd_config */
export async function startSshd(dir: string, lines: string[] = []): Promise<Sshd> {
  mkdirSync(dir, { recursive: true })
  chmodSync(dir, 0o700)
  const key = (name: string, type: string) =>
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', path.join(dir, name)])
  key('host', 'ed25519')
  key('host_rsa', 'rsa')
  key('user', 'ed25519')
  key('stranger', 'ed25519')
  writeFileSync(path.join(dir, 'authorized'), readFileSync(path.join(dir, 'user.pub')))
  const server = await listen()
  writeFileSync(
    path.join(dir, 'sshd_config'),
    [
      `Port ${server.port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${dir}/host`,
      `HostKey ${dir}/host_rsa`,
      `AuthorizedKeysFile ${dir}/authorized`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      ...lines,
    ].join('\n'),
  )
  // sshd insists on this folder where it was built to separate its privileges; only root can make it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const serve = async () => {
    const child = spawn(SSHD, ['-D', '-e', '-f', path.join(dir, 'sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    await answering(server.port, child)
    return child
  }
  return wire(dir, server.port, serve)
}

async function wire(dir: string, target: number, serve: () => Promise<ChildProcess>): Promise<Sshd> {
  let child = await serve()
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((done) => child.once('exit', done))
    child.kill()
    await gone
  }
  const open = new Set<Socket>()
  let deaf = false
  let sent = 0
  let limit = Number.POSITIVE_INFINITY
  let rate = Number.POSITIVE_INFINITY
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  const proxy = net.createServer((socket) => {
    if (deaf) return void socket.destroy()
    const far = net.connect(target, '127.0.0.1')
    for (const end of [socket, far]) {
      open.add(end)
      end.setNoDelay(true)
      end.on('error', () => undefined)
      end.on('close', () => {
        open.delete(end)
        socket.destroy()
        far.destroy()
      })
    }
    socket.on('data', (chunk) => {
      sent += chunk.length
      if (Number.isFinite(rate)) {
        socket.pause()
        setTimeout(() => socket.resume(), (chunk.length / rate) * 1000)
      }
      if (sent > limit) {
        limit = Number.POSITIVE_INFINITY
        cut()
      }
    })
    socket.pipe(far)
    far.pipe(socket)
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  const { port } = proxy.address() as AddressInfo
  const config = path.join(dir, 'config')
  const known = `[127.0.0.1]:${port} ${readFileSync(path.join(dir, 'host.pub'), 'utf8')}`
  writeFileSync(path.join(dir, 'known_hosts'), known)
  writeFileSync(
    config,
    `Host box
  HostName 127.0.0.1
  Port ${port}
Host far
  HostName 127.0.0.1
  Port ${target}
  HostKeyAlias far
  ProxyJump box
Host piped
  HostName 127.0.0.1
  Port ${target}
  HostKeyAlias far
  ProxyCommand ${process.execPath} -e "const s=require('net').connect(%p,'%h');process.stdin.pipe(s);s.pipe(process.stdout)"
Host stranger
  HostName 127.0.0.1
  Port ${port}
  IdentityFile ${dir}/stranger
Host nobody
  HostName 127.0.0.1
  Port 1
Host * !stranger
  IdentityFile ${dir}/user
Host *
  User ${os.userInfo().username}
  IdentityAgent none
  IdentitiesOnly yes
  UserKnownHostsFile ${dir}/known_hosts
  GlobalKnownHostsFile none
`,
  )
  return {
    dir,
    config,
    port,
    known,
    cut,
    deaf: (on) => {
      deaf = on
      if (on) cut()
    },
    cutAfter: (bytes) => {
      limit = sent + bytes
    },
    slow: (bytes) => {
      rate = bytes
    },
    sent: () => sent,
    restart: async () => {
      await end()
      cut()
      child = await serve()
    },
    close: async () => {
      cut()
      await new Promise((done) => proxy.close(done))
      await end()
    },
  }
}

/** A port that was free a moment ago: sshd cannot be told to choose one. */
async function listen(): Promise<{ port: number }> {
  const probe = net.createServer()
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done))
  const { port } = probe.address() as AddressInfo
  await new Promise((done) => probe.close(done))
  return { port }
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  let errors = ''
  child.stderr!.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${errors}`)
    const up = await new Promise<boolean>((done) => {
      const socket = net.connect(port, '127.0.0.1')
      socket.once('data', () => done(true))
      socket.once('error', () => done(false))
      socket.once('close', () => done(false))
      socket.once('data', () => socket.destroy())
    })
    if (up) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`sshd does not answer: ${errors}`)
}

/** A folder with the practice machine's stand-in as `llamafactory-cli`, for a PATH. */
export function standInTrainer(dir: string): string {
  const bin = path.join(dir, 'bin')
  mkdirSync(bin, { recursive: true })
  const trainer = fileURLToPath(new URL('../../dist/src/train/practice/trainer.js', import.meta.url))
  writeFileSync(path.join(bin, 'llamafactory-cli'), `#!/bin/sh\nexec '${process.execPath}' '${trainer}' "$@"\n`, {
    mode: 0o755,
  })
  return bin
}
