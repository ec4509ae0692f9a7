// One authenticated SSH connection, by ssh2, on the terms that OpenSSH would set.
import { spawn } from 'node:child_process'
import net from 'node:net'
import { Duplex } from 'node:stream'
import type { Client, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2'
import { Stopped } from '../../stopped.js'
import { authentication } from './identities.js'
import {
  authoritiesFor,
  fingerprint,
  type KeyState,
  keyState,
  keyType,
  knownKeys,
  preferredAlgorithms,
} from './knownhosts.js'
import type { Target } from './target.js'

/** Algorithms that ssh2 knows for host keys; others in known_hosts are passed over. */
const HOST_KEY_ALGORITHMS: ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
]

/** A connection, and those it goes through; `end` closes all of them. */
export interface Connected {
  client: Client
  end(): void
}

/**
 * Connects to a machine, through its jumps.
 *
 * @throws Stopped('no-host') where it does not answer or its key is not the known one, 'bad-key' where it refuses the user
 */
export async function connect(target: Target): Promise<Connected> {
  const opened: Client[] = []
  const end = () => {
    for (const client of opened.toReversed()) client.end()
  }
  try {
    let through: Duplex | undefined
    for (const [index, hop] of [...target.jumps, target].entries()) {
      const sock = through ?? (hop.proxyCommand ? commandStream(hop.proxyCommand) : undefined)
      const client = await open(hop, sock)
      opened.push(client)
      const next = index < target.jumps.length ? (target.jumps[index + 1] ?? target) : undefined
      if (next) through = await forward(client, hop, next)
    }
    return { client: opened.at(-1)!, end }
  } catch (error) {
    end()
    throw error
  }
}

function forward(client: Client, from: Target, to: Target): Promise<Duplex> {
  return new Promise((done, fail) => {
    client.forwardOut('127.0.0.1', 0, to.host, to.port, (error, stream) => {
      if (!error) return done(stream)
      fail(
        new Stopped(
          'no-host',
          `${from.name} cannot reach ${to.host}:${to.port}: ${error.message}`,
          `${from.command} nc -vz ${to.host} ${to.port}`,
          error,
        ),
      )
    })
  })
}

/** ProxyCommand: a command whose input and output are the connection. */
function commandStream(command: string): Duplex {
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'inherit'] })
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin })
  child.on('error', (error) => stream.destroy(error))
  stream.on('close', () => child.kill())
  return stream
}

/** A socket that sends what is written to it in one turn at once: ssh2 writes each packet in three pieces. */
function socketTo(host: string, port: number): net.Socket {
  const socket = net.connect({ host, port })
  const write = socket.write.bind(socket) as (...values: unknown[]) => boolean
  let held = false
  socket.write = ((...values: unknown[]) => {
    if (!held) {
      held = true
      socket.cork()
      process.nextTick(() => {
        held = false
        socket.uncork()
      })
    }
    return write(...values)
  }) as typeof socket.write
  return socket
}

async function open(target: Target, through: Duplex | undefined): Promise<Client> {
  const { default: ssh2 } = await import('ssh2')
  const known = target.hostKey
    ? []
    : knownKeys(target.knownHosts, target.hostKeyAlias ?? target.host, target.hostKeyAlias ? 22 : target.port)
  const preferred = HOST_KEY_ALGORITHMS.filter((name) => preferredAlgorithms(known).includes(name))
  let refused: Stopped | undefined
  // Our own clock instead of ssh2's: it stands still while a person types a passphrase.
  let clock: NodeJS.Timeout | undefined
  const client = new ssh2.Client()
  const wind = () => {
    clock = setTimeout(() => {
      client.emit('error', new Error(`no answer within ${target.timeout} s`))
      client.destroy()
    }, target.timeout * 1000)
  }
  const config: ConnectConfig = {
    sock: through ?? socketTo(target.host, target.port),
    username: target.user,
    readyTimeout: 0,
    keepaliveInterval: 15_000,
    authHandler: await authentication(target, {
      asking: () => clearTimeout(clock),
      asked: wind,
      failed: (error) => {
        refused ??= error
      },
    }),
    hostVerifier: (key: Buffer) => {
      const state = target.hostKey
        ? target.hostKey.split(' ')[1] === key.toString('base64')
          ? 'known'
          : 'changed'
        : keyState(known, key)
      if (state === 'known') return true
      refused = hostKeyRefused(target, state, key)
      return false
    },
    ...(preferred.length
      ? {
          algorithms: {
            serverHostKey: [...preferred, ...HOST_KEY_ALGORITHMS.filter((name) => !preferred.includes(name))],
          },
        }
      : {}),
  }
  return new Promise<Client>((done, fail) => {
    let ready = false
    // Without this each small packet waits for the one before to be acknowledged: 170 ms a command.
    client.on('handshake', () => client.setNoDelay(true))
    client.on('ready', () => {
      ready = true
      done(client)
    })
    // After 'ready' an error is followed by 'close', which is where a broken connection is dealt with.
    client.on('error', (error) => {
      if (ready || (error as { level?: string }).level === 'agent') return
      client.end()
      fail(refused ?? connectFailed(target, error))
    })
    client.on('close', () => fail(refused ?? connectFailed(target, new Error('the connection was closed'))))
    wind()
    client.connect(config)
  }).finally(() => clearTimeout(clock))
}

function hostKeyRefused(target: Target, state: Exclude<KeyState, 'known'>, key: Buffer): Stopped {
  const mark = fingerprint(key)
  const where = target.port === 22 ? target.host : `[${target.host}]:${target.port}`
  if (target.hostKey) {
    return new Stopped(
      'no-host',
      `${target.name} shows another key (${mark}) than the one this project made for it.`,
      "rm -r practice-machine   # in the workspace's folder; it is made anew",
    )
  }
  const authorities = authoritiesFor(
    target.knownHosts,
    target.hostKeyAlias ?? target.host,
    target.hostKeyAlias ? 22 : target.port,
  )
  if (state === 'unknown' && authorities.length > 0) {
    return new Stopped(
      'no-host',
      `known_hosts trusts ${target.name} (${where}) through a certificate authority (${authorities[0]}), and host certificates cannot be checked here; its ${keyType(key)} key, ${mark}, is not listed itself.`,
      `ssh-keyscan${target.port === 22 ? '' : ` -p ${target.port}`} ${target.host} >> ~/.ssh/known_hosts   # after comparing: ssh-keygen -lf ~/.ssh/known_hosts -F '${where}'`,
    )
  }
  if (state === 'unknown') {
    return new Stopped(
      'no-host',
      `The ${keyType(key)} key of ${target.name} (${where}) is not in known_hosts: ${mark}`,
      `${target.command}   # compare the fingerprint with its owner's, answer yes once, then run the cell again`,
    )
  }
  const what = state === 'revoked' ? 'is marked @revoked in known_hosts' : 'is not the one in known_hosts'
  return new Stopped(
    'no-host',
    `The ${keyType(key)} key of ${target.name} (${where}) ${what}: it shows ${mark}. Either the machine was set up anew, or this is not the machine.`,
    `ssh-keygen -R '${where}' && ${target.command}   # only after asking its owner whether the key was changed`,
  )
}

/** Errors of the network and of authentication, with what to type. */
function connectFailed(target: Target, error: Error): Stopped {
  const { level, code } = error as Error & { level?: string; code?: string }
  const where = `${target.user}@${target.host}:${target.port}`
  const again = target.command
  if (level === 'client-authentication') {
    const keys = target.agent
      ? 'the keys of the agent and of the identity files'
      : 'the identity files (no agent is running)'
    return new Stopped(
      'bad-key',
      `${where} refused ${keys}.`,
      `${again}   # which must let you in without a password; a key is made known by ssh-copy-id`,
      error,
    )
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new Stopped(
      'no-host',
      `There is no machine called ${target.host} (${code}).`,
      `${again}   # a Host entry in ~/.ssh/config may be missing`,
      error,
    )
  if (code === 'ECONNREFUSED')
    return new Stopped('no-host', `${target.name}: nothing listens on ${target.host}:${target.port}.`, again, error)
  return new Stopped('no-host', `${target.name} does not answer: ${error.message}`, again, error)
}
