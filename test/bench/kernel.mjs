// The kernel beside tslab, Deno's kernel, ipykernel and xeus-python: npm run bench -- kernel
//
//   --only start,steady,memory,interrupts,behaviour    some groups of measurements
//   --kernels skylab,ipykernel                         some kernels
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { table } from './kernel/table.mjs'

export const title = 'The kernel beside tslab, Deno, ipykernel and xeus-python'
export const installs =
  'Deno 2.9.6 from npm (120 MB), ipykernel and a Jupyter client from PyPI (60 MB); xeus-python where Debian has it'
export const minutes = 12
export const options = { only: { type: 'string' }, kernels: { type: 'string' } }

const groups = ['start', 'steady', 'memory', 'interrupts', 'behaviour']

/** Measures all kernels in one run, interleaved, and prints wins and losses. */
export async function run(tools) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-bench-'))
  try {
    const python = tools.python('kernel', ['jupyter_client==8.9.1', 'psutil==7.2.2', 'ipykernel==7.3.0'])
    const found = specs(tools, folder, python)
    const plan = {
      folder,
      kernels: some(found.kernels, tools.options.kernels),
      groups: Object.keys(some(Object.fromEntries(groups.map((group) => [group, true])), tools.options.only)),
    }
    const results = await drive(python, path.join(tools.root, 'test/bench/kernel/measure.py'), plan)
    tools.report('kernel', table(results, found.missing), results)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** How each kernel is started; those that are not on this machine with what to type. */
function specs(tools, folder, python) {
  const command = path.join(tools.root, 'kernel/bin.cjs')
  const installed = spawnSync(process.execPath, [command, 'install', '--prefix', folder], { encoding: 'utf8' })
  if (installed.status !== 0) throw new Error(`skylab install: ${installed.stderr || installed.stdout}`)
  const own = JSON.parse(readFileSync(path.join(folder, 'share/jupyter/kernels/skylab/kernel.json'), 'utf8'))
  const environment = {
    IPYTHONDIR: path.join(folder, 'ipython'),
    DENO_DIR: path.join(folder, 'deno'),
    DENO_NO_UPDATE_CHECK: '1',
    SKYLAB_HISTORY: path.join(folder, 'history.jsonl'),
  }
  const kernel = (argv, language, more = {}) => ({ argv, language, cwd: tools.root, env: environment, ...more })
  const tslab = path.join(tools.root, 'node_modules/tslab/bin/tslab')
  const deno = path.join(tools.npm('deno', ['deno@2.9.6']), 'node_modules', ...denoBinary())
  const xpython = '/usr/bin/xpython'
  const kernels = {
    skylab: kernel(own.argv, 'typescript', { interrupt_mode: own.interrupt_mode, env: { ...environment, ...own.env } }),
    tslab: kernel([process.execPath, tslab, 'kernel', '--config-path', '{connection_file}'], 'typescript'),
    // Deno's own kernel.json asks for no messages, and a signal ends its kernel: this is its better half.
    deno: kernel([deno, 'jupyter', '--kernel', '--conn', '{connection_file}'], 'deno', { interrupt_mode: 'message' }),
    ipykernel: kernel([python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'], 'python'),
    'xeus-python': kernel([xpython, '-f', '{connection_file}'], 'python'),
  }
  const missing = {}
  if (!existsSync(xpython)) {
    delete kernels['xeus-python']
    missing['xeus-python'] = 'apt-get install xpython'
  }
  if (!existsSync(deno)) {
    delete kernels.deno
    missing.deno = `no binary for ${process.platform}-${process.arch}`
  }
  return { kernels, missing }
}

function denoBinary() {
  const platform = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform] ?? process.platform
  const package_ = `${platform}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}`
  return ['@deno', package_, process.platform === 'win32' ? 'deno.exe' : 'deno']
}

/** The fields that a list of names picks; all where there is none. */
function some(fields, list) {
  if (!list) return fields
  const names = list.split(',')
  const unknown = names.find((name) => !(name in fields))
  if (unknown !== undefined) throw new Error(`no ${JSON.stringify(unknown)} here: ${Object.keys(fields).join(', ')}`)
  return Object.fromEntries(names.map((name) => [name, fields[name]]))
}

/** Runs the driver; its progress goes to the screen, its results come back. */
function drive(python, driver, plan) {
  return new Promise((resolve, reject) => {
    const child = spawn(python, [driver], { stdio: ['pipe', 'pipe', 'inherit'] })
    // The driver ends its kernels when it is asked to end.
    const stop = () => child.kill('SIGTERM')
    process.once('exit', stop)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130))
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      text += piece
    })
    child.on('error', reject)
    child.on('close', (status) => {
      process.off('exit', stop)
      if (status === 0) resolve(JSON.parse(text))
      else reject(new Error(`the driver ended with status ${status}`))
    })
    child.stdin.end(JSON.stringify(plan))
  })
}
