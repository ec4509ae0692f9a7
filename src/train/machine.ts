// Which machine `on` means.
import { Stopped } from '../stopped.js'
import type { KeptIn } from './options.js'
import { practiceTarget } from './practice/machine.js'
import { FarMachine, type Machine } from './ssh/far.js'
import { NearMachine } from './ssh/near.js'
import { resolveTarget } from './ssh/target.js'

/**
 * The machine that `on` names: 'ssh://host', 'slurm://login' (the login node, by SSH), 'slurm://localhost' (this
 * machine), or 'practice'. Nothing is connected yet.
 *
 * @throws Stopped('bad-call') for anything else
 */
export function machine(on: string, work: KeptIn, sshConfig?: string): Machine {
  if (on === 'practice') return new FarMachine(() => practiceTarget(work.dir))
  if (on === 'slurm://localhost') return new NearMachine()
  if (typeof on === 'string' && /^(?:ssh|slurm):\/\//.test(on)) {
    return new FarMachine(() => resolveTarget(on.replace(/^slurm:/, 'ssh:'), sshConfig))
  }
  throw new Stopped(
    'bad-call',
    `Expected \`on\` to be 'ssh://host', 'slurm://login', 'skypilot' or 'practice', got ${JSON.stringify(on)}.`,
    "train(data, { on: 'practice', … })",
  )
}

/** Whether jobs go through Slurm there. */
export function isSlurm(on: string): boolean {
  return on.startsWith('slurm://')
}
