// Where a server runs: at the other end of SSH, or on this machine. Scripts are run there, and a port is dialled.
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { Stopped } from '../../stopped.js'
import type { Answer } from '../ssh/command.js'
import { FarMachine, type Patience } from '../ssh/far.js'
import { NearMachine } from '../ssh/near.js'
import { resolveTarget } from '../ssh/target.js'

export interface Place {
  /** Runs a script by /bin/sh. */
  exec(script: string, patience?: Patience): Promise<Answer>
  /** A stream to a port of that machine's own loopback. */
  dial(port: number): Promise<Duplex>
  /** The pid of this process, where the server can see it. */
  kernel: number | undefined
}

/**
 * The machine that `on` names.
 *
 * @throws Stopped('bad-call') where it is neither 'local' nor an ssh:// address
 */
export function placeOf(on: string, sshConfig: string | undefined): Place {
  if (on === 'local') {
    const near = new NearMachine()
    return { exec: (script, patience) => near.exec(script, patience), dial: dialHere, kernel: process.pid }
  }
  if (on.startsWith('ssh://')) {
    // Two connections: an interrupted cell closes the one that runs scripts, and the answers under way go on.
    const [scripts, streams] = [0, 1].map(() => new FarMachine(() => resolveTarget(on, sshConfig))) as [
      FarMachine,
      FarMachine,
    ]
    return {
      exec: (script, patience) => scripts.exec(script, patience),
      dial: (port) => streams.dial(port),
      kernel: undefined,
    }
  }
  throw new Stopped(
    'bad-call',
    on === 'practice'
      ? 'The practice machine trains nothing, so there are no weights to serve.'
      : `Expected \`on\` to be 'local' or 'ssh://host', got ${JSON.stringify(on)}.`,
    "serve('/models/mine', { on: 'ssh://h100', gpus: 8 })",
  )
}

function dialHere(port: number): Promise<Duplex> {
  return new Promise((done, fail) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => done(socket))
    socket.once('error', fail)
  })
}
