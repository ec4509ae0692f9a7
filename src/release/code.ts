// Which code made a release: the commit, whether it was changed since, and the versions beside it.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { graderVersion } from '../verify/index.js'

export interface Code {
  /** The commit; null where the folder is no git checkout. */
  commit: string | null
  /** There are changes that are not in the commit. */
  changed: boolean
  /** Where it is public; null where nobody says. */
  url: string | null
  skylab: string
  node: string
  grader: string
}

export function codeOf(folder: string, given?: string): Code {
  const git = (...args: string[]): string | null => {
    try {
      return execFileSync('git', ['-C', folder, ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim()
    } catch {
      return null
    }
  }
  const commit = git('rev-parse', 'HEAD')
  return {
    commit,
    changed: commit !== null && (git('status', '--porcelain') ?? '') !== '',
    url: given ?? publicAddress(git('remote', 'get-url', 'origin')),
    skylab: ownVersion(),
    node: process.version,
    grader: graderVersion,
  }
}

/** A remote as others could reach it: no user or password in it, and no folder of this machine. */
function publicAddress(remote: string | null): string | null {
  const ssh = /^(?:ssh:\/\/)?[\w.-]+@([\w.-]+\.[a-z]+)[:/](.+?)(?:\.git)?$/.exec(remote ?? '')
  if (ssh) return `https://${ssh[1]}/${ssh[2]}`
  try {
    const url = new URL(remote ?? '')
    if (url.protocol !== 'https:') return null
    url.username = ''
    url.password = ''
    return url.href.replace(/\.git$/, '')
  } catch {
    return null
  }
}

function ownVersion(): string {
  for (let dir = path.dirname(fileURLToPath(import.meta.url)); ; dir = path.dirname(dir)) {
    try {
      return (JSON.parse(readFileSync(path.join(dir, 'package.json'), 'utf8')) as { version: string }).version
    } catch {
      if (dir === path.dirname(dir)) return 'unknown'
    }
  }
}
