// A kernel under a client on bare sockets that counts what comes and keeps nothing it does not need.
import { spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { mkdirSync, openSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import path from 'node:path'
import { Dealer, Subscriber } from 'zeromq'

/** Starts a kernel in a folder; resolves when it has greeted its client and answered it. */
export async function startKernel(root, folder) {
  const names = ['shell', 'control', 'iopub', 'stdin', 'hb']
  const ports = await freePorts(names.length)
  const key = randomUUID()
  const connection = Object.fromEntries(names.map((name, place) => [`${name}_port`, ports[place]]))
  const file = path.join(folder, 'connection.json')
  writeFileSync(
    file,
    JSON.stringify({ ...connection, key, ip: '127.0.0.1', transport: 'tcp', signature_scheme: 'hmac-sha256' }),
  )
  const temporary = path.join(folder, 'tmp')
  mkdirSync(temporary)
  const node = createRequire(import.meta.url)(path.join(root, 'kernel', 'bin.cjs')).bundledNode() ?? process.execPath
  const log = openSync(path.join(folder, 'kernel.log'), 'w')
  const child = spawn(node, [path.join(root, 'dist', 'kernel', 'main.js'), 'kernel', file], {
    cwd: folder,
    env: { ...process.env, TMPDIR: temporary, SKYLAB_HISTORY: path.join(folder, 'history.jsonl') },
    stdio: ['ignore', log, log],
  })
  return new Kernel(child, connection, key, temporary)
}

class Kernel {
  #key
  #session = randomUUID()
  #sockets
  #handlers = new Map()
  #everything = new Set()

  constructor(child, ports, key, temporary) {
    this.child = child
    this.temporary = temporary
    this.#key = key
    const routingId = randomUUID()
    const open = (socket, name) => {
      socket.connect(`tcp://127.0.0.1:${ports[`${name}_port`]}`)
      this.#read(socket, name)
      return socket
    }
    const iopub = new Subscriber({ receiveHighWaterMark: 0 })
    iopub.subscribe('')
    this.#sockets = {
      shell: open(new Dealer({ routingId, linger: 0 }), 'shell'),
      control: open(new Dealer({ routingId, linger: 0 }), 'control'),
      iopub: open(iopub, 'iopub'),
    }
  }

  /** Hears every message of iopub. */
  onOutput(hear) {
    this.#everything.add(hear)
  }

  /** Sends a request; resolves to its reply and what came for it on iopub, once both have ended. */
  async request(type, content, channel = 'shell') {
    const id = randomUUID()
    const date = new Date().toISOString()
    const header = { msg_id: id, session: this.#session, username: 'soak', date, msg_type: type, version: '5.4' }
    const parts = [header, {}, {}, content].map((part) => Buffer.from(JSON.stringify(part)))
    const hmac = createHmac('sha256', this.#key)
    for (const part of parts) hmac.update(part)
    const done = new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no end of ${type} ${JSON.stringify(content).slice(0, 200)}`)),
        60_000,
      )
      const state = { id, outputs: [], reply: undefined, idle: false }
      this.#handlers.set(id, (from, message) => {
        if (from !== 'iopub') state.reply = message
        else if (message.content.execution_state === 'idle') state.idle = true
        else state.outputs.push(message)
        if (!state.reply || !state.idle) return
        clearTimeout(timer)
        this.#handlers.delete(id)
        resolve(state)
      })
    })
    await this.#sockets[channel].send(['<IDS|MSG>', hmac.digest('hex'), ...parts])
    return done
  }

  execute(code, more = {}) {
    return this.request('execute_request', {
      code,
      store_history: true,
      allow_stdin: false,
      stop_on_error: true,
      ...more,
    })
  }

  close() {
    for (const socket of Object.values(this.#sockets)) socket.close()
    this.child.kill('SIGTERM')
    return new Promise((resolve) => this.child.once('exit', resolve))
  }

  async #read(socket, name) {
    for await (const frames of socket) {
      const at = frames.findIndex((frame) => frame.toString() === '<IDS|MSG>')
      const [header, parent, , content] = frames.slice(at + 2, at + 6).map((part) => JSON.parse(part.toString()))
      const message = { type: header.msg_type, parent: parent.msg_id, content }
      if (name === 'iopub') for (const hear of this.#everything) hear(message)
      this.#handlers.get(parent.msg_id)?.(name, message)
    }
  }
}

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => net.createServer())
  const listening = servers.map(
    (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port))),
  )
  const ports = await Promise.all(listening)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
