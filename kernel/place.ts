// Where things lie: the package itself, and the folders of the person who uses it.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the skylab package: the nearest one above this file that holds its package.json. */
export function packageRoot(): string {
  let folder = path.dirname(realpathSync(fileURLToPath(import.meta.url)))
  while (!existsSync(path.join(folder, 'package.json'))) {
    const above = path.dirname(folder)
    if (above === folder) throw new Error(`no package.json above ${fileURLToPath(import.meta.url)}`)
    folder = above
  }
  return folder
}

/** A file of the package by its path from the package's root. */
export function inPackage(...parts: string[]): string {
  return path.join(packageRoot(), ...parts)
}

/** Version of the package. */
export function version(): string {
  return JSON.parse(readFileSync(inPackage('package.json'), 'utf8')).version
}

/** The Node that comes with the package, or the one that runs now where none comes with it. Never a symlink. */
export function nodeBinary(): string {
  const { bundledNode } = createRequire(inPackage('package.json'))('./kernel/bin.cjs')
  return realpathSync(bundledNode() ?? process.execPath)
}

/** The folder of what skylab keeps for a person (history): `$XDG_DATA_HOME/skylab`, or the platform's place. */
export function personalFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  const home = env.HOME || os.homedir()
  if (platform === 'win32') return path.join(env.APPDATA || path.join(home, 'AppData', 'Roaming'), 'skylab')
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'skylab')
  return path.join(env.XDG_DATA_HOME || path.join(home, '.local', 'share'), 'skylab')
}

/** Jupyter's data folder of a person (https://docs.jupyter.org, "Jupyter directories"). */
export function jupyterFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR
  const home = env.HOME || os.homedir()
  if (platform === 'win32') return path.join(env.APPDATA || path.join(home, 'AppData', 'Roaming'), 'jupyter')
  if (platform === 'darwin') return path.join(home, 'Library', 'Jupyter')
  return path.join(env.XDG_DATA_HOME || path.join(home, '.local', 'share'), 'jupyter')
}
