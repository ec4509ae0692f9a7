// The practice machine: an SSH server on 127.0.0.1 over a folder of the workspace, in a child process.
//
// The launcher talks to it as to any other machine; only the trainer there is a stand-in. The folder is
// the machine: a server can go and another come, on another port, and the jobs in the folder are the same.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Stopped } from '../../stopped.js'
import type { Target } from '../ssh/target.js'
import { type KeyPair, keyPair } from './key-pair.js'

/** The folder of a workspace in which its practice machine lives. */
const PRACTICE_FOLDER = 'practice-machine'

interface Keys {
  host: KeyPair
  user: KeyPair
}

interface Server {
  child: ChildProcess
  port: number
}

/** One server for each folder in this process. */
const servers = new Map<string, Promise<Server>>()

/**
 * How to connect to the practice machine of a workspace; starts it where it does not run.
 *
 * @param workspace the workspace's folder
 * @throws Stopped('no-host') where the machine has no /bin/sh, or the server does not start
 */
export async function practiceTarget(workspace: string): Promise<Target> {
  const folder = path.resolve(workspace, PRACTICE_FOLDER)
  if (!existsSync('/bin/sh')) {
    throw new Stopped(
      'no-host',
      'The practice machine runs real shell commands, and there is no /bin/sh here.',
      "wsl   # on Windows; or train(data, { on: 'ssh://host', … })",
    )
  }
  const keys = await prepare(folder)
  let server = servers.get(folder)
  if (!server) {
    server = start(folder)
    servers.set(folder, server)
    const forget = () => {
      if (servers.get(folder) === server) servers.delete(folder)
    }
    server.then(({ child }) => child.once('exit', forget), forget)
  }
  const { port } = await server
  return {
    name: 'practice',
    command: `ssh -p ${port} -i ${path.join(folder, 'user_key')} practice@127.0.0.1`,
    host: '127.0.0.1',
    port,
    user: 'practice',
    identities: [path.join(folder, 'user_key')],
    identitiesOnly: true,
    knownHosts: [],
    hostKey: keys.host.public,
    jumps: [],
    timeout: 15,
  }
}

/** Ends the server of a workspace now; it would end with this process anyway. Jobs go on. */
export async function stopPractice(workspace: string): Promise<void> {
  const server = await servers.get(path.resolve(workspace, PRACTICE_FOLDER))?.catch(() => undefined)
  if (!server || server.child.exitCode !== null || server.child.signalCode !== null) return
  const gone = new Promise((done) => server.child.once('exit', done))
  server.child.kill()
  await gone
}

/** The machine's folder: a home, a PATH with the stand-in trainer, and its keys, made once. */
async function prepare(folder: string): Promise<Keys> {
  mkdirSync(path.join(folder, 'home'), { recursive: true })
  mkdirSync(path.join(folder, 'bin'), { recursive: true })
  command(folder, 'llamafactory-cli', `exec '${process.execPath}' '${built('./trainer.js')}' "$@"`)
  // macOS has no setsid; a detached child of Node is in a session of its own just so.
  if (!onPath('setsid')) {
    const script = `const [f,...a]=process.argv.slice(1);require("node:child_process").spawn(f,a,{detached:true,stdio:"inherit"}).on("exit",(c)=>process.exit(c??1))`
    command(folder, 'setsid', `exec '${process.execPath}' -e '${script}' -- "$@"`)
  }
  const file = path.join(folder, 'keys.json')
  if (!existsSync(file)) await makeKeys(folder, file)
  return JSON.parse(readFileSync(file, 'utf8')) as Keys
}

async function makeKeys(folder: string, file: string): Promise<void> {
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, JSON.stringify({ host: await keyPair(), user: await keyPair() }), { mode: 0o600 })
  try {
    // A link, not a rename: of two processes that make the machine at once, the first one's keys stay.
    linkSync(mine, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(mine)
  }
  const keys = JSON.parse(readFileSync(file, 'utf8')) as Keys
  writeFileSync(path.join(folder, 'user_key'), keys.user.private, { mode: 0o600 })
}

function command(folder: string, name: string, line: string): void {
  const file = path.join(folder, 'bin', name)
  const text = `#!/bin/sh\n# The practice machine's own.\n${line}\n`
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return
  writeFileSync(file, text)
  chmodSync(file, 0o755)
}

function onPath(name: string): boolean {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => existsSync(path.join(folder, name)))
}

/** The compiled file beside this one: a process of its own cannot be started from TypeScript. */
function built(name: string): string {
  const here = import.meta.url.replace('/src/train/', '/dist/src/train/').replace('/dist/dist/', '/dist/')
  return fileURLToPath(new URL(name, here))
}

function start(folder: string): Promise<Server> {
  const { PATH = '/usr/bin:/bin', LANG, TMPDIR } = process.env
  const child = spawn(process.execPath, [built('./server.js'), folder], {
    // Its input stays open as long as this process lives; its end is how the server knows to go.
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH, ...(LANG ? { LANG } : {}), ...(TMPDIR ? { TMPDIR } : {}) },
  })
  return new Promise((done, fail) => {
    let out = ''
    let err = ''
    const failed = (why: string) =>
      fail(new Stopped('no-host', `The practice machine did not start: ${why}`, 'npm run build', new Error(why)))
    child.stdin.on('error', () => undefined)
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
    })
    child.once('error', (error) => failed(error.message))
    child.once('exit', (code) => failed(err.trim() || `exit status ${code}`))
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      const line = /^port (\d+)\n/.exec(out)
      if (!line) return
      child.removeAllListeners('exit')
      // From here on it must not keep this process alive.
      child.unref()
      for (const stream of child.stdio) (stream as Socket | null)?.unref()
      done({ child, port: Number(line[1]) })
    })
  })
}
