// `skylab doctor`: what is there, what is missing, and the command that brings it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
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
export function findings(): Finding[] {
  return [node(), python(), bubblewrap(), jupyter(), kernels(), ssh(), fonts(), history()]
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
  return {
    name: 'JupyterLab',
    state: 'missing',
    detail: 'not found: skylab run and skylab repl work without it',
    fix: 'python3 -m pip install jupyterlab',
  }
}

function kernels(): Finding {
  const shares = [
    jupyterFolder(),
    ...(process.env.JUPYTER_PATH ?? '').split(path.delimiter).filter(Boolean),
    '/usr/local/share/jupyter',
    '/usr/share/jupyter',
  ]
  const found = shares.flatMap(kernelsIn)
  if (found.length === 0)
    return { name: 'kernel', state: 'missing', detail: `not installed in ${jupyterFolder()}`, fix: 'skylab install' }
  const broken = found.find(({ argv }) => !argv.slice(0, 2).every((file) => existsSync(file)))
  if (broken)
    return {
      name: 'kernel',
      state: 'missing',
      detail: `${broken.file} names files that are gone: ${broken.argv.slice(0, 2).join(' ')}`,
      fix: 'skylab install',
    }
  return { name: 'kernel', state: 'there', detail: found.map(({ file }) => file).join(', ') }
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
  const folders = ['/usr/share/fonts', '/usr/local/share/fonts', '/System/Library/Fonts', 'C:\\Windows\\Fonts']
  const folder = folders.find((place) => existsSync(place))
  if (folder) return { name: 'fonts', state: 'there', detail: folder }
  return {
    name: 'fonts',
    state: 'missing',
    detail: 'none found: pictures of figures have no letters',
    fix: packageCommand('fonts-dejavu-core'),
  }
}

function history(): Finding {
  return { name: 'history', state: 'there', detail: historyFile() }
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
