// A program whose output a cell shows while it runs, and that an interrupt ends.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { currentCell } from './cell.js'
import { descendants, signalAll } from './children.js'

/** A command that ended in an error; the status says how. */
class ShellError extends Error {
  override readonly name = 'ShellError'

  constructor(message: string) {
    super(message)
    this.stack = ''
  }
}

/** How long after an interrupt a program is asked more firmly, in milliseconds. */
const FIRMLY = 400
const BY_FORCE = 800

/** The shell that runs a script: bash where it is there, else sh; on Windows bash of Git, else cmd. */
export function shellProgram(flags: string[], script: string): [program: string, args: string[]] {
  if (process.platform === 'win32' && !onPath('bash.exe')) return ['cmd.exe', ['/d', '/s', '/c', script]]
  return [onPath('bash') || onPath('bash.exe') ? 'bash' : 'sh', [...flags, '-c', script]]
}

function onPath(name: string): boolean {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((folder) => folder !== '' && existsSync(path.join(folder, name)))
}

/** Runs a program to its end; its output is the cell's. Throws a ShellError where its status is not 0. */
export function runProgram(program: string, args: string[], missing?: string): Promise<void> {
  const { controller } = currentCell()
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.on('data', (bytes: Buffer) => process.stdout.write(bytes))
  child.stderr.on('data', (bytes: Buffer) => process.stderr.write(bytes))
  const stop = () => {
    if (child.pid === undefined) return
    // The group is the runtime's own, so each process is told; the shell may have gone on without its children.
    const all = [child.pid, ...descendants(child.pid)]
    signalAll(all, 'SIGINT')
    setTimeout(() => signalAll(all.filter(lives), 'SIGTERM'), FIRMLY).unref()
    setTimeout(() => signalAll(all.filter(lives), 'SIGKILL'), BY_FORCE).unref()
  }
  controller.signal.addEventListener('abort', stop)
  return new Promise<void>((resolve, reject) => {
    child.once('error', (error) => reject(new ShellError(`${program} cannot be started: ${error.message}`)))
    child.once('close', (code, signal) => {
      if (code === 0) resolve()
      else if (code === 127 && missing !== undefined) reject(new ShellError(missing))
      else
        reject(
          new ShellError(
            signal ? `The command was ended by ${signal}.` : `The command ended with exit status ${code}.`,
          ),
        )
    })
  }).finally(() => controller.signal.removeEventListener('abort', stop))
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
