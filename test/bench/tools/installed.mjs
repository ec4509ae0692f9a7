// Peers that are not part of the project, installed once into the cache of the user.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** The folder in which everything installed for benchmarks is kept. */
export function cacheFolder() {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'skylab', 'bench')
}

/**
 * Path of a Python (>= 3.9) in an environment of that name with these packages from PyPI ('zod==1.2').
 * Installs where it is not there yet, or is there with other packages, and says what and how long.
 */
export function python(name, packages, log) {
  const folder = path.join(cacheFolder(), `python-${name}`)
  const program = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  return prepared(folder, program, packages, log, () => {
    const outer = process.env.SKYLAB_BENCH_PYTHON ?? 'python3'
    command(outer, ['-m', 'venv', folder], 'install python3 with venv (Debian: apt-get install python3-venv)')
    command(
      program,
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages],
      'check the network',
    )
  })
}

/** Path of a folder with a package.json and these packages from npm ('deno@2.9.6') in its node_modules. */
export function npm(name, packages, log, { scripts = false } = {}) {
  const folder = path.join(cacheFolder(), `npm-${name}`)
  prepared(folder, path.join(folder, 'node_modules'), packages, log, () => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: `bench-${name}`, private: true }))
    const how = ['install', '--no-audit', '--no-fund', '--save-exact', ...(scripts ? [] : ['--ignore-scripts'])]
    command('npm', [...how, ...packages], 'check the network', folder)
  })
  return folder
}

/** Installs into a fresh folder unless a complete one with the same packages is there; gives the path asked for. */
function prepared(folder, wanted, packages, log, install) {
  const list = packages.join('\n')
  const stamp = path.join(folder, '.packages')
  if (existsSync(wanted) && existsSync(stamp) && readFileSync(stamp, 'utf8') === list) return wanted
  log(`installing ${packages.join(' ')} into ${folder}`)
  const began = Date.now()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(path.dirname(folder), { recursive: true })
  install()
  // The stamp comes last and in one step: an installation that was stopped half-way is done again.
  const fresh = `${stamp}-${process.pid}`
  writeFileSync(fresh, list)
  renameSync(fresh, stamp)
  const size = spawnSync('du', ['-sm', folder], { encoding: 'utf8' }).stdout?.split('\t')[0] ?? '?'
  log(`installed in ${Math.round((Date.now() - began) / 1000)} s, ${size} MB`)
  return wanted
}

function command(program, args, fix, cwd) {
  const { status, error, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  if (error || status !== 0)
    throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.trim().slice(-1500)}\n  → ${fix}`)
}
