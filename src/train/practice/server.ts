// The practice machine's SSH server, a process of its own: server.js FOLDER. Prints `port N`.
//
// It takes one user with one key and runs what is asked by /bin/sh, in the folder's home, with the
// folder's commands first on the PATH. It ends when the process that started it does.
import { spawn } from 'node:child_process'
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import ssh2, { type AuthContext, type ServerChannel } from 'ssh2'

const folder = process.argv[2]!
const keys = JSON.parse(readFileSync(path.join(folder, 'keys.json'), 'utf8')) as {
  host: { private: string }
  user: { public: string }
}
const userKey = ssh2.utils.parseKey(keys.user.public)
if (userKey instanceof Error) throw userKey

const server = new ssh2.Server({ hostKeys: [keys.host.private], ident: 'practice' }, (client) => {
  ;(client as typeof client & { setNoDelay(on: boolean): void }).setNoDelay(true)
  client.on('authentication', (context) => (allowed(context) ? context.accept() : context.reject(['publickey'])))
  client.on('session', (accept) => {
    const session = accept()
    session.on('exec', (acceptExec, _reject, { command }) => run(acceptExec(), command))
  })
  // A client that vanishes is not an event to report.
  client.on('error', () => undefined)
})

function allowed(context: AuthContext): boolean {
  if (context.method !== 'publickey' || context.username !== 'practice') return false
  const key = userKey as Exclude<typeof userKey, Error>
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest()
  if (!timingSafeEqual(digest(context.key.data), digest(key.getPublicSSH()))) return false
  // Without a signature the client only asks whether the key would do.
  return !context.signature || key.verify(context.blob!, context.signature, context.hashAlgo) === true
}

function run(channel: ServerChannel, command: string): void {
  const home = path.join(folder, 'home')
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: home,
    env: {
      ...process.env,
      HOME: home,
      USER: 'practice',
      SHELL: '/bin/sh',
      PATH: `${path.join(folder, 'bin')}:${process.env.PATH ?? '/usr/bin:/bin'}`,
    },
  })
  channel.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  channel.pipe(child.stdin)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.on('error', (error) => {
    channel.stderr.write(`${error.message}\n`)
    channel.exit(127)
    channel.end()
  })
  child.on('close', (code, signal) => {
    if (signal) channel.exit(signal.slice(3))
    else channel.exit(code ?? 1)
    channel.end()
  })
}

server.listen(0, '127.0.0.1', () => process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`))
// The other end of the pipe is the process that started this one; however that ends, the pipe closes.
process.stdin.resume()
process.stdin.on('close', () => process.exit(0))
