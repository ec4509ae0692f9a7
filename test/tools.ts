// What several tests need: the built command, and a Python that has real Jupyter clients.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the project. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/** The compiled command's entry; tests run the real program, not parts of it. */
export const command = path.join(root, 'kernel', 'bin.cjs')

export interface Finished {
  status: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Runs `skylab …` to its end. */
export function skylab(
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Finished> {
  return finish(process.execPath, [command, ...args], options)
}

/** Runs a program to its end. */
export function finish(
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: 'pipe' })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
    child.on('error', reject)
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }))
    child.stdin.end(options.input ?? '')
  })
}

/** A folder that is removed by the function given back with it. */
export function temporaryFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

let python: string | undefined

/**
 * A Python with jupyter_client and nbclient: `$SKYLAB_JUPYTER_PYTHON`, else a python3 that has them,
 * else a virtual environment of our own, made once in the temporary folder. Throws where none can be had.
 */
export function jupyterPython(): string {
  python ??= findPython()
  return python
}

function findPython(): string {
  const named = process.env.SKYLAB_JUPYTER_PYTHON
  if (named) return named
  for (const candidate of ['python3', '/usr/bin/python3']) if (hasClients(candidate)) return candidate
  const home = path.join(os.tmpdir(), 'skylab-test-venv')
  const own = path.join(home, 'bin', 'python')
  if (existsSync(own) && hasClients(own)) return own
  execFileSync('python3', ['-m', 'venv', home], { stdio: 'inherit' })
  execFileSync(own, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', 'jupyter_client', 'nbclient'], {
    stdio: 'inherit',
  })
  return own
}

function hasClients(candidate: string): boolean {
  return spawnSync(candidate, ['-c', 'import jupyter_client, nbclient']).status === 0
}

/** A cell of a notebook that a test writes. */
export interface TestCell {
  code?: string
  markdown?: string
  tags?: string[]
}

/** Writes a notebook file of the cells given. */
export function writeTestNotebook(file: string, cells: TestCell[]): string {
  writeFileSync(
    file,
    JSON.stringify({
      cells: cells.map(({ code, markdown, tags }, place) => ({
        cell_type: code === undefined ? 'markdown' : 'code',
        id: `cell-${place}`,
        source: code ?? markdown ?? '',
        metadata: tags ? { tags } : {},
        ...(code === undefined ? {} : { execution_count: null, outputs: [] }),
      })),
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    }),
  )
  return file
}

/** Processes whose parent, or parent's parent and so on, is the one given. */
export function descendants(pid: number): number[] {
  const listed = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).stdout
  const pairs = listed
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number])
  const found = [pid]
  for (let i = 0; i < found.length; i++)
    found.push(...pairs.filter(([, parent]) => parent === found[i]).map(([child]) => child))
  return found.slice(1)
}

/** Whether a process is there and no zombie. */
export function lives(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim()
  return state !== '' && !state.startsWith('Z')
}

/** Waits until a condition holds; throws after the seconds given. */
export async function until(condition: () => boolean, seconds = 20): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s for: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
