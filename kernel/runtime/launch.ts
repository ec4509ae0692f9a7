// How a runtime process is started.
import { type ChildProcess, spawn } from 'node:child_process'
import type { EngineName } from '../engine.js'
import { compiled } from './locate.js'
import { bounded, offerToSystem } from './memory.js'

/** Starts the process; its pipes are those of protocol.ts. */
export function launchRuntime(options: {
  cwd: string
  env: NodeJS.ProcessEnv
  memory?: number | undefined
  engine: EngineName
}): ChildProcess {
  const { memory } = options
  const node = [
    '--no-force-async-hooks-checks',
    '--experimental-async-context-frame',
    '--disable-warning=ExperimentalWarning',
    ...(memory === undefined ? [] : [`--max-old-space-size=${memory}`]),
  ].filter((flag) => process.allowedNodeEnvironmentFlags.has(flag.split('=')[0]!))
  const { NODE_OPTIONS: _, ...env } = options.env
  const args = [...node, compiled('runtime/main').pathname, options.engine, String(memory ?? '')]
  const child = spawn(...bounded(process.execPath, args, memory), {
    cwd: options.cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'ipc'],
    // A group of its own: a terminal's Ctrl-C is for the kernel, and what cells start ends with it.
    detached: process.platform !== 'win32',
  })
  if (child.pid !== undefined) offerToSystem(child.pid)
  return child
}
