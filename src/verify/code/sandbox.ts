// Which Python this machine has, and the namespace in which it runs.

import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readlinkSync } from 'node:fs'
import path from 'node:path'

/** Size of the private /tmp, in bytes. */
const SCRATCH = 64 * 1024 * 1024

export interface Interpreter {
  /** The real file, not a shim of a version manager. */
  path: string
  /** Where its library lies. */
  prefix: string
  version: string
}

export function which(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(':')) {
    if (folder && existsSync(path.join(folder, name))) return path.join(folder, name)
  }
  return undefined
}

/** What the interpreter says of itself, in three lines. */
const ASKED =
  'import sys, os; print(os.path.realpath(sys.executable)); print(sys.base_prefix); print("%d.%d.%d" % sys.version_info[:3])'

/**
 * Every python3 of 3.9 or later, as the interpreter itself says where it lies; system ones first. Where SKYLAB_PYTHON
 * names one, that one alone. `refused` says what was there and why it is not used.
 */
export function interpreters(): { found: Interpreter[]; refused: string[] } {
  const found = new Map<string, Interpreter>()
  const refused: string[] = []
  const named = process.env.SKYLAB_PYTHON
  const files = named
    ? [named]
    : ['/usr/bin', '/usr/local/bin', ...(process.env.PATH ?? '').split(':').filter(Boolean)].map((folder) =>
        path.join(folder, 'python3'),
      )
  for (const file of new Set(files)) {
    if (!existsSync(file)) {
      if (named) refused.push(`${named}, which SKYLAB_PYTHON names, is not there`)
      continue
    }
    const said = spawnSync(file, ['-I', '-S', '-c', ASKED], { encoding: 'utf8', timeout: 10_000 })
    const [real, prefix, version] = (said.stdout ?? '').trim().split('\n')
    const [major, minor] = (version ?? '').split('.').map(Number)
    if (said.status !== 0 || !real || !prefix || !minor) {
      const why = (said.error?.message ?? said.stderr ?? '').trim().split('\n').at(-1)?.slice(0, 200)
      refused.push(`${file} does not run${why ? ` (${why})` : ''}`)
    } else if (major !== 3 || minor < 9) refused.push(`${file} is Python ${version}, and 3.9 or later is needed`)
    else if (!found.has(real)) found.set(real, { path: real, prefix, version: version! })
  }
  return { found: [...found.values()], refused }
}

/** The arguments of bubblewrap: what exists inside is what is named here. */
export function sandbox(python: Interpreter): string[] {
  const args = [
    '--unshare-all',
    '--unshare-user',
    '--disable-userns',
    '--uid',
    '0',
    '--gid',
    '0',
    '--hostname',
    'sandbox',
    '--die-with-parent',
    '--new-session',
    '--cap-drop',
    'ALL',
    '--cap-add',
    'CAP_SYS_ADMIN',
    '--cap-add',
    'CAP_SETPCAP',
  ]
  const readable = new Set(['/usr'])
  for (const name of ['/lib', '/lib64', '/lib32', '/bin', '/sbin']) {
    if (!existsSync(name)) continue
    if (lstatSync(name).isSymbolicLink()) args.push('--symlink', readlinkSync(name), name)
    else readable.add(name)
  }
  if (!python.prefix.startsWith('/usr')) readable.add(python.prefix)
  for (const folder of readable) args.push('--ro-bind', folder, folder)
  for (const file of ['/etc/ld.so.cache', '/etc/alternatives', '/etc/localtime']) args.push('--ro-bind-try', file, file)
  args.push(
    '--dev',
    '/dev',
    '--size',
    String(SCRATCH),
    '--tmpfs',
    '/dev/shm',
    '--remount-ro',
    '/dev',
    '--size',
    String(SCRATCH),
    '--tmpfs',
    '/tmp',
    '--remount-ro',
    '/',
    '--chdir',
    '/tmp',
  )
  args.push(
    '--clearenv',
    '--setenv',
    'PATH',
    '/usr/bin:/bin',
    '--setenv',
    'HOME',
    '/tmp',
    '--setenv',
    'LANG',
    'C.UTF-8',
    '--setenv',
    'PYTHONHASHSEED',
    '0',
    '--setenv',
    'PYTHONDONTWRITEBYTECODE',
    '1',
  )
  return args
}
