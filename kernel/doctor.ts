// `skylab doctor`: what is there, what is missing, and the command that brings it.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { historyFile } from './jupyter/history.js'
import { kernelsIn } from './jupyter/labextension.js'
import { jupyterFolder, nodeBinary, packageRoot, version } from './place.js'

export interface Finding {
  name: string
  /** 'missing' costs something that is named; 'needed' is what nothing works without. */
  state: 'there' | 'missing' | 'needed'
  /** What was found, or what is lost without it. */
  detail: string
  /** The command to type. */
  fix?: string
}

/** Looks at this machine. Starts only the programs' own `--version`. */
function findings(): Finding[] {
  const places = dataFolders()
  return [node(), python(), bubblewrap(), jupyter(), ...kernels(places), widgets(places), ssh(), fonts(), history()]
}

/** Prints the findings; 1 where something is missing that nothing works without. */
export function doctor(write: (text: string) => void): number {
  write(`skylab ${version()} in ${packageRoot()}\n\n`)
  const found = findings()
  const width = Math.max(...found.map(({ name }) => name.length)) + 2
  for (const { name, state, detail, fix } of found) {
    write(`${state === 'there' ? '✓' : '✗'} ${name.padEnd(width)}${detail}\n`)
    if (fix) write(`  ${' '.repeat(width)}→ ${fix}\n`)
  }
  return found.some(({ state }) => state === 'needed') ? 1 : 0
}

function node(): Finding {
  const binary = nodeBinary()
  const asked = output(binary, ['--version'])
  const [major = 0, minor = 0] = (asked ?? '').replace('v', '').split('.').map(Number)
  if (major === 22 && minor >= 12) return { name: 'Node', state: 'there', detail: `${asked} (${binary})` }
  const detail = `${asked ?? 'does not start'} (${binary}); programs of models are limited in memory on Node 22 only`
  return {
    name: 'Node',
    state: major > 22 ? 'missing' : 'needed',
    detail,
    fix: 'npm install --include=optional skylab',
  }
}

function python(): Finding {
  const found = output('python3', ['--version'])
  if (found) return { name: 'python3', state: 'there', detail: found }
  return {
    name: 'python3',
    state: 'missing',
    detail: 'not found: Python programs are judged by Pyodide, which is slower',
    fix: packageCommand('python3'),
  }
}

function bubblewrap(): Finding {
  const name = 'bubblewrap'
  if (process.platform !== 'linux')
    return {
      name,
      state: 'missing',
      detail: `none on ${process.platform}: Python programs are judged by Pyodide, which is slower`,
    }
  const found = output('bwrap', ['--version'])
  if (!found)
    return {
      name,
      state: 'missing',
      detail: 'not found: Python programs are judged by Pyodide, which is slower',
      fix: packageCommand('bubblewrap'),
    }
  const works = spawnSync('bwrap', ['--ro-bind', '/', '/', '--unshare-all', 'true'], { timeout: 10_000 }).status === 0
  if (works) return { name, state: 'there', detail: found }
  return {
    name,
    state: 'missing',
    detail: `${found}, but it may not make namespaces here: Pyodide is used`,
    fix: 'sudo sysctl -w kernel.unprivileged_userns_clone=1',
  }
}

function jupyter(): Finding {
  const found = output('jupyter', ['lab', '--version'])
  if (found) return { name: 'JupyterLab', state: 'there', detail: found.split('\n')[0]! }
  const other = output('jupyter', ['--version']) !== undefined
  return {
    name: 'JupyterLab',
    state: 'missing',
    detail: other
      ? 'jupyter is there, JupyterLab is not: skylab run and skylab repl work without it'
      : 'not found: skylab run and skylab repl work without it',
    fix: 'python3 -m pip install jupyterlab',
  }
}

/** Jupyter's data folders, as Jupyter itself says, and where kernels of ours may lie besides. */
function dataFolders(): string[] {
  const told = output('jupyter', ['--paths', '--json'])
  let known: string[] = []
  try {
    if (told) known = JSON.parse(told).data
  } catch {
    // An old Jupyter that answers in words: the usual places are looked at anyway.
  }
  const python = output('python3', ['-c', 'import sys; print(sys.prefix)'])
  const all = [
    jupyterFolder(),
    ...(process.env.JUPYTER_PATH ?? '').split(path.delimiter).filter(Boolean),
    ...known,
    ...(python ? [path.join(python, 'share', 'jupyter')] : []),
    '/usr/local/share/jupyter',
    '/usr/share/jupyter',
  ]
  return [...new Set(all.map((folder) => path.resolve(folder)))]
}

/** One finding for each kernel of ours: whether what it starts is still there. */
function kernels(folders: string[]): Finding[] {
  const found = folders.flatMap((share) => kernelsIn(share).map((kernel) => ({ share, ...kernel })))
  if (found.length === 0)
    return [
      {
        name: 'kernel',
        state: 'missing',
        detail: `not installed in ${jupyterFolder()}`,
        fix: 'npx skylab install --user',
      },
    ]
  return found.map(({ share, file, argv, version: written }) => {
    const [program = '', script = ''] = argv
    const detail = `${file}, written by skylab ${written}`
    const fault = [program, script].flatMap((each, place) => unusable(each, place === 0) ?? [])[0]
    const again = installCommand(share, path.basename(path.dirname(file)))
    if (fault) return { name: 'kernel', state: 'missing', detail: `${detail}: ${fault}`, fix: again }
    const own = path.join(packageRoot(), 'dist', 'kernel', 'main.js')
    if (script !== own && written !== version())
      return {
        name: 'kernel',
        state: 'there',
        detail: `${detail}, starts ${script}`,
        fix: `${again}   (to start this one)`,
      }
    return { name: 'kernel', state: 'there', detail }
  })
}

/** Why a kernel cannot start a file, or undefined. */
function unusable(file: string, program: boolean): string | undefined {
  if (!existsSync(file)) return `it names ${file || 'nothing'}, which is gone`
  try {
    accessSync(file, program ? constants.X_OK : constants.R_OK)
    return undefined
  } catch {
    return `${file} may not be ${program ? 'run' : 'read'}`
  }
}

/** The command that writes a kernel into this data folder again. */
function installCommand(share: string, name: string): string {
  const place = share === path.resolve(jupyterFolder()) ? '' : ` --prefix '${path.dirname(path.dirname(share))}'`
  return `npx skylab install${place}${name === 'skylab' ? '' : ` --name ${name}`}`
}

/** The front end's half of comms.widget: two extensions of JupyterLab that other people make. */
function widgets(folders: string[]): Finding {
  const lacking = ['@jupyter-widgets/jupyterlab-manager', 'anywidget'].filter(
    (name) => !folders.some((share) => existsSync(path.join(share, 'labextensions', name))),
  )
  if (lacking.length === 0) return { name: 'widgets', state: 'there', detail: 'ipywidgets and anywidget in JupyterLab' }
  return {
    name: 'widgets',
    state: 'missing',
    detail: `JupyterLab has no ${lacking.join(', no ')}: comms.widget shows its text only`,
    fix: 'python3 -m pip install anywidget ipywidgets',
  }
}

function ssh(): Finding {
  const asked = spawnSync('ssh', ['-V'], { encoding: 'utf8', timeout: 10_000 })
  if (asked.status === 0) return { name: 'ssh', state: 'there', detail: (asked.stderr || asked.stdout).trim() }
  return {
    name: 'ssh',
    state: 'missing',
    detail: 'not found: training over ssh:// reads your ssh settings through it',
    fix: packageCommand('openssh-client'),
  }
}

function fonts(): Finding {
  const folders = [
    '/usr/share/fonts',
    '/usr/local/share/fonts',
    path.join(os.homedir(), '.local/share/fonts'),
    path.join(os.homedir(), '.fonts'),
    '/System/Library/Fonts',
    'C:\\Windows\\Fonts',
  ]
  const folder = folders.find((place) => holdsFont(place, 4))
  if (folder) return { name: 'fonts', state: 'there', detail: folder }
  return {
    name: 'fonts',
    state: 'missing',
    detail: 'none found: pictures of figures have no letters',
    fix: packageCommand('fonts-dejavu-core'),
  }
}

function holdsFont(folder: string, depth: number): boolean {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    if (entries.some(({ name }) => /\.(ttf|otf|ttc)$/i.test(name))) return true
    return (
      depth > 0 && entries.some((entry) => entry.isDirectory() && holdsFont(path.join(folder, entry.name), depth - 1))
    )
  } catch {
    return false
  }
}

function history(): Finding {
  const file = historyFile()
  // The nearest folder that is there is where the others would be made.
  let place = file
  while (!existsSync(place) && path.dirname(place) !== place) place = path.dirname(place)
  try {
    if (place !== file && !statSync(place).isDirectory()) throw new Error(`${place} is no folder`)
    accessSync(place, constants.W_OK)
    return { name: 'history', state: 'there', detail: file }
  } catch {
    return {
      name: 'history',
      state: 'missing',
      detail: `${file} cannot be written: what is typed is forgotten at the end`,
      fix: 'export SKYLAB_HISTORY=FILE   (a file that you may write)',
    }
  }
}

/** The first words of a program's answer, or undefined where it is not there or fails. */
function output(program: string, args: string[]): string | undefined {
  const asked = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 })
  return asked.status === 0 ? asked.stdout.trim() : undefined
}

/** The command of this machine's package manager; names are Debian's, translated where they differ. */
function packageCommand(name: string): string {
  const managers: [string, string, Record<string, string>][] = [
    ['apt-get', 'sudo apt-get install -y', {}],
    ['dnf', 'sudo dnf install -y', { 'openssh-client': 'openssh-clients', 'fonts-dejavu-core': 'dejavu-sans-fonts' }],
    ['pacman', 'sudo pacman -S', { python3: 'python', 'openssh-client': 'openssh', 'fonts-dejavu-core': 'ttf-dejavu' }],
    ['apk', 'sudo apk add', { 'fonts-dejavu-core': 'font-dejavu' }],
    ['brew', 'brew install', { python3: 'python', 'openssh-client': 'openssh' }],
  ]
  for (const [program, command, other] of managers)
    if (spawnSync(program, ['--version']).status === 0) return `${command} ${other[name] ?? name}`
  return `install ${name} with your package manager`
}
