// `skylab install` and `skylab uninstall`: the kernel, and a renderer of figures, where Jupyter looks for them.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, realpathSync, rmdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { type EngineName, kernelNames } from '../engine.js'
import { Fault, makeFolder, writeFault } from '../fault.js'
import { writeWhole } from '../notebook/document.js'
import { inPackage, jupyterFolder, nodeBinary, packageRoot, version } from '../place.js'
import { removeLabextension, writeLabextension } from './labextension.js'
import { logo } from './logo.js'

export interface InstallOptions {
  /** Jupyter's data folder of this person: the default. */
  user?: boolean
  /** `PREFIX/share/jupyter`. */
  prefix?: string
  /** The prefix of the Python that `python3` starts: a virtual environment, for example. */
  sysPrefix?: boolean
  /** Name of the kernel, and of its folder. @default 'skylab', or 'skylab-tslab' for that engine */
  name?: string
  /** What front ends show. @default 'TypeScript (skylab)', and its engine where that is tslab */
  displayName?: string
  /** What understands and runs the cells. @default 'skylab' */
  engine?: EngineName
}

/** What stands in a kernel's folder. */
const files = { kernel: 'kernel.json', logo: 'logo-svg.svg' }

/** Writes kernel.json, a logo and the JupyterLab renderer; returns the paths written. */
export function install(options: InstallOptions = {}): string[] {
  const root = packageRoot()
  // npx keeps what it runs in a cache that it empties: a kernel there would vanish one day.
  if (root.split(path.sep).includes('_npx'))
    throw new Fault(
      `skylab lies in npx's cache (${root}), which does not last.`,
      'npm install skylab && npx skylab install',
      1,
    )
  const share = shareFolder(options)
  makeShare(share)
  const folder = kernelFolder(share, options)
  if (existsSync(folder) && !isOurs(folder)) throw foreign(folder, 'skylab install --name my-skylab')
  const script = realpathSync(inPackage('dist', 'kernel', 'main.js'))
  const engine = options.engine ?? 'skylab'
  const specification = {
    argv: [nodeBinary(), script, 'kernel', ...(engine === 'skylab' ? [] : ['--engine', engine]), '{connection_file}'],
    display_name: options.displayName?.trim() || kernelNames(engine).displayName,
    language: 'typescript',
    interrupt_mode: 'message',
    metadata: { skylab: { version: version() }, debugger: false },
  }
  const kernelFile = path.join(folder, files.kernel)
  const logoFile = path.join(folder, files.logo)
  writeWhole(kernelFile, `${JSON.stringify(specification, null, 2)}\n`)
  writeWhole(logoFile, logo)
  return [kernelFile, logoFile, ...writeLabextension(share)]
}

/** Removes what install wrote; returns the folders removed. The renderer stays while another skylab kernel is there. */
export function uninstall(options: InstallOptions = {}): string[] {
  const share = shareFolder(options)
  const folder = kernelFolder(share, options)
  if (!existsSync(folder))
    throw new Fault(
      `There is no kernel ${path.basename(folder)} in ${path.dirname(folder)}.`,
      'skylab doctor lists the kernels that are installed; then give --name, --prefix or --sys-prefix as at install',
      1,
    )
  if (!isOurs(folder)) throw foreign(folder, `jupyter kernelspec remove ${path.basename(folder)}`)
  return [...removeKernel(folder), ...removeLabextension(share)]
}

/** Whether skylab wrote the kernel in this folder; an empty folder is nobody's. */
function isOurs(folder: string): boolean {
  try {
    const names = readdirSync(folder)
    if (!names.includes(files.kernel)) return names.length === 0
    return Boolean(JSON.parse(readFileSync(path.join(folder, files.kernel), 'utf8'))?.metadata?.skylab)
  } catch {
    return false
  }
}

function foreign(folder: string, fix: string): Fault {
  return new Fault(`${folder} holds a kernel that skylab did not write; it stays as it is.`, fix, 1)
}

/** Removes what install wrote; what somebody has put beside it stays. Returns what was removed. */
function removeKernel(folder: string): string[] {
  try {
    const own = Object.values(files).map((name) => path.join(folder, name))
    const there = own.filter((file) => existsSync(file))
    for (const file of there) rmSync(file)
    if (readdirSync(folder).length > 0) return there
    rmdirSync(folder)
    return [folder]
  } catch (error) {
    throw writeFault(folder, error)
  }
}

function kernelFolder(share: string, { engine = 'skylab', name = kernelNames(engine).name }: InstallOptions): string {
  // What jupyter_client accepts as a name.
  if (!/^[a-z0-9._-]+$/i.test(name))
    throw new Fault(
      `${JSON.stringify(name)} cannot be the name of a kernel: letters, digits, dot, dash and underscore only.`,
      '--name skylab',
      2,
    )
  return path.join(share, 'kernels', name.toLowerCase())
}

/** Jupyter's data folder that is to be written. */
function shareFolder({ user, prefix, sysPrefix }: InstallOptions): string {
  if ([user, prefix !== undefined, sysPrefix].filter(Boolean).length > 1)
    throw new Fault('Only one of --user, --prefix and --sys-prefix can hold.', 'skylab install --user', 2)
  const chosen = sysPrefix ? pythonPrefix() : prefix
  return chosen === undefined ? jupyterFolder() : path.join(path.resolve(chosen), 'share', 'jupyter')
}

function makeShare(folder: string): void {
  try {
    makeFolder(folder)
  } catch (error) {
    throw writeFault(folder, error)
  }
}

function pythonPrefix(): string {
  const asked = ['python3', 'python'].map((name) =>
    spawnSync(name, ['-c', 'import sys; print(sys.prefix)'], { encoding: 'utf8' }),
  )
  const prefix = asked.find(({ status }) => status === 0)?.stdout.trim()
  if (prefix) return prefix
  throw new Fault(
    '--sys-prefix asks python3 where it lies, and there is none.',
    'skylab install --user',
    1,
    asked[0]?.error,
  )
}
