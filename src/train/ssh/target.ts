// What `ssh host` would connect to: the user's own OpenSSH configuration, asked of OpenSSH itself.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Stopped } from '../../stopped.js'

/** Everything that is needed to connect to one machine. */
export interface Target {
  /** As the user wrote it: `h100`, `me@gpu-box:2222`. */
  name: string
  /** What a person types to reach it: `ssh -p 2222 me@gpu-box`. */
  command: string
  host: string
  port: number
  user: string
  /** Private key files, in the order in which they are tried. */
  identities: string[]
  /** Socket of the agent. */
  agent?: string
  /** Only the identities above, not whatever else the agent holds. */
  identitiesOnly: boolean
  /** Files of known host keys. */
  knownHosts: string[]
  /** Name to look the host key up under, where it is not the host's. */
  hostKeyAlias?: string
  /** The one key that is right, where known_hosts is not asked: `ssh-ed25519 AAAA…`. */
  hostKey?: string
  /** Machines to go through, first to last. */
  jumps: Target[]
  /** A command that is the connection, with its tokens filled in. */
  proxyCommand?: string
  /** Seconds to wait for an answer. */
  timeout: number
}

const UNSAFE = /[\x00-\x20\x7f'"`$\\;&<>|(){}*?!#]/

const DEFAULT_IDENTITIES = ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519']
const DEFAULT_KNOWN = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2', '/etc/ssh/ssh_known_hosts']

/**
 * Reads `ssh://[user@]host[:port]` as OpenSSH would, with the user's configuration.
 *
 * @param config configuration file to use instead of ~/.ssh/config
 * @throws Stopped('bad-call') where the address is not one
 */
export async function resolveTarget(address: string, config = process.env.SKYLAB_SSH_CONFIG): Promise<Target> {
  const found = /^ssh:\/\/(?:([^@/\s]+)@)?(\[[0-9a-fA-F:.%]+\]|[^@:/\s[\]]+)(?::(\d+))?\/?$/.exec(address)
  const [, user, host, port] = found ?? []
  // A name that begins with a hyphen would be an option to ssh; the other signs would be shell in a ProxyCommand,
  // and OpenSSH refuses them since 9.6.
  if (!host || [host, user ?? ''].some((name) => name.startsWith('-') || UNSAFE.test(name))) {
    throw new Stopped(
      'bad-call',
      `Expected ssh://host, ssh://user@host or ssh://host:port, got ${address}.`,
      "train(data, { on: 'ssh://h100', … })",
    )
  }
  return resolve({ host: host.replace(/^\[|\]$/g, ''), user, port: port ? Number(port) : undefined }, config, 0)
}

interface Named {
  host: string
  user: string | undefined
  port: number | undefined
}

async function resolve(named: Named, config: string | undefined, depth: number): Promise<Target> {
  const name = `${named.user ? `${named.user}@` : ''}${named.host}${named.port ? `:${named.port}` : ''}`
  if (depth > 8)
    throw new Stopped(
      'no-host',
      `ProxyJump of ${name} goes round in a circle.`,
      `ssh -G ${named.host} | grep -i proxyjump`,
    )
  const options = (await askOpenssh(named, config)) ?? (await readConfig(named, config))
  const one = (key: string) => options.get(key)?.[0]
  const host = one('hostname') ?? named.host
  const port = Number(one('port') ?? 22)
  const user = one('user') ?? os.userInfo().username
  const fill = (text: string) =>
    text.replace(
      /%([%hnprdui])/g,
      (_, token: string) =>
        ({
          '%': '%',
          h: host,
          n: named.host,
          p: String(port),
          r: user,
          d: os.homedir(),
          u: os.userInfo().username,
          i: String(process.getuid?.() ?? 0),
        })[token]!,
    )
  const agent = agentOf(one('identityagent'), fill)
  const alias = one('hostkeyalias')
  const command = one('proxycommand')
  const target: Target = {
    name,
    command: [
      'ssh',
      ...(config ? ['-F', /^[\w@%+=:,./-]+$/.test(config) ? config : `'${config.replaceAll("'", "'\\''")}'`] : []),
      ...(named.port ? ['-p', String(named.port)] : []),
      `${named.user ? `${named.user}@` : ''}${named.host}`,
    ].join(' '),
    host,
    port,
    user,
    identities: (options.get('identityfile') ?? DEFAULT_IDENTITIES).map((file) => home(fill(file))),
    identitiesOnly: one('identitiesonly') === 'yes',
    knownHosts: paths(options.get('userknownhostsfile'), options.get('globalknownhostsfile')).map((file) =>
      home(fill(file)),
    ),
    jumps: [],
    timeout: Number(one('connecttimeout')) || 15,
  }
  if (agent) target.agent = agent
  if (alias && alias !== 'none') target.hostKeyAlias = alias
  const jump = one('proxyjump')
  if (jump && jump !== 'none') target.jumps = await jumpsOf(jump, config, depth)
  else if (command && command !== 'none') target.proxyCommand = fill(command)
  return target
}

/**
 * `a,b` is: to a, from there to b, from there to the machine. As in OpenSSH, which hands `-J a` to the ssh that goes to
 * b, only a has jumps of its own.
 */
async function jumpsOf(list: string, config: string | undefined, depth: number): Promise<Target[]> {
  const jumps: Target[] = []
  for (const part of list.split(',')) {
    const found = /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(part.trim())
    if (!found || UNSAFE.test(part.trim()))
      throw new Stopped('no-host', `ProxyJump names no machine: ${part}`, 'ssh -G h100 | grep -i proxyjump')
    const named = {
      host: found[2]!.replace(/^\[|\]$/g, ''),
      user: found[1],
      port: found[3] ? Number(found[3]) : undefined,
    }
    const target = await resolve(named, config, depth + 1)
    jumps.push(...(jumps.length === 0 ? target.jumps : []), { ...target, jumps: [] })
  }
  return jumps
}

/** `ssh -G` prints every option as it stands after Host and Match; undefined where there is no ssh. */
function askOpenssh(named: Named, config: string | undefined): Promise<Map<string, string[]> | undefined> {
  const args = [
    '-G',
    ...(config ? ['-F', config] : []),
    ...(named.port ? ['-p', String(named.port)] : []),
    ...(named.user ? ['-l', named.user] : []),
    '--',
    named.host,
  ]
  return new Promise((done, fail) => {
    execFile('ssh', args, { timeout: 20_000 }, (error, stdout, stderr) => {
      if (error && (error as NodeJS.ErrnoException).code === 'ENOENT') return done(undefined)
      if (error)
        return fail(
          new Stopped(
            'no-host',
            `ssh cannot read its configuration for ${named.host}: ${stderr.trim() || error.message}`,
            `ssh ${args.join(' ')}`,
          ),
        )
      const options = new Map<string, string[]>()
      for (const line of stdout.split(/\r?\n/)) {
        const space = line.indexOf(' ')
        if (space > 0) add(options, line.slice(0, space), line.slice(space + 1))
      }
      done(options)
    })
  })
}

/** Where no OpenSSH client is installed: the configuration file alone, without Match exec and canonical names. */
async function readConfig(named: Named, config: string | undefined): Promise<Map<string, string[]>> {
  const options = new Map<string, string[]>()
  const file = config ?? home('~/.ssh/config')
  if (existsSync(file)) {
    const { default: SshConfig } = await import('ssh-config')
    const computed = SshConfig.parse(readFileSync(file, 'utf8')).compute(named.host)
    for (const [key, value] of Object.entries(computed))
      for (const item of [value].flat()) add(options, key.toLowerCase(), String(item))
  }
  if (named.user) options.set('user', [named.user])
  if (named.port) options.set('port', [String(named.port)])
  if (!options.has('userknownhostsfile')) options.set('userknownhostsfile', [DEFAULT_KNOWN.join(' ')])
  return options
}

function add(options: Map<string, string[]>, key: string, value: string): void {
  const all = options.get(key)
  if (all) all.push(value)
  else options.set(key, [value])
}

function agentOf(option: string | undefined, fill: (text: string) => string): string | undefined {
  if (option === 'none') return undefined
  const socket =
    !option || option === 'SSH_AUTH_SOCK'
      ? process.env.SSH_AUTH_SOCK
      : option.startsWith('$')
        ? process.env[option.slice(1)]
        : home(fill(option))
  if (socket && existsSync(socket)) return socket
  return process.platform === 'win32' ? 'pageant' : undefined
}

/** `ssh -G` prints several files on one line without quotes; each begins like a path, which a word after a blank does not. */
function paths(...lists: (string[] | undefined)[]): string[] {
  return lists
    .flatMap((list) => list ?? [])
    .flatMap((line) => line.replaceAll('"', '').split(/\s+(?=[/~]|[A-Za-z]:[\\/])/))
    .filter((file) => file !== '')
}

function home(file: string): string {
  return /^~(?=$|[/\\])/.test(file) ? path.join(os.homedir(), file.slice(1)) : file
}
