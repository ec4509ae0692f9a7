// What a run's end is told as: the hours it took, and a `Stopped` for each way to end that is not done.
import { Stopped } from '../stopped.js'
import type { JobState } from './job/state.js'
import type { Job } from './job.js'
import { whyItEnded } from './status.js'

/** The run that ended. */
interface Ended {
  readonly id: string
  /** The machine, as a reader knows it. */
  readonly label: string
  readonly dir: string
  readonly job: Job
}

/** Hours that a run has taken, by its own watch; by the clock for one so short that the watch saw nothing. */
export function hoursOf(state: JobState): number {
  const clock = state.started !== null ? Math.max(0, (state.ended ?? state.now) - state.started) : 0
  return Math.max(state.spent, state.attempt === 1 ? Math.min(clock, state.spent + 5) : 0) / 3600
}

/**
 * The state, where there is one.
 *
 * @throws Stopped 'no-host' where Slurm does not answer, 'no-run' where the job's folder is gone
 */
export function present({ id, label, dir }: Ended, state: JobState): JobState {
  if (state.state === 'unknown') {
    throw new Stopped(
      'no-host',
      `Slurm on ${label} does not answer, and ${id} has given no sign of life for a while: ${state.slurm?.reason}`,
      'await run.status()   # once the controller is up again; a job that runs goes on',
      new Error(state.slurm?.reason),
    )
  }
  if (state.state !== 'absent') return state
  const left = state.processes
    ? ` ${state.processes} of its processes still run; what they write is lost. run.stop() ends them.`
    : ''
  throw new Stopped(
    'no-run',
    `The folder of ${id} is gone from ${label}: ${dir}.${left}`,
    left ? 'await run.stop()' : 'train(data, { … })',
  )
}

/** It was ended before it was done: by its limit, or because somebody asked. */
export function stopped({ id, job }: Ended, state: JobState): Stopped {
  const at = state.step ? ` at step ${state.step} of ${state.total}` : ''
  if (state.stopped === 'limit') {
    const dollars = hoursOf(state) * job.gpus * job.price
    return new Stopped(
      'over-budget',
      `${id} reached its limit and was ended${at}, after ${hoursOf(state).toFixed(2)} h and $${dollars.toFixed(2)}.`,
      'train(data, { …, limit: 600 })   # goes on from its last checkpoint',
    )
  }
  return new Stopped(
    'interrupted',
    `${id} was stopped${at}.`,
    'train(data, { … }) starts it again, from its last checkpoint',
  )
}

/** It failed; with the last lines of its log. */
export function failure({ id, label }: Ended, state: JobState, lines: readonly string[]): Stopped {
  const text = lines.length ? ` The last lines of its log:\n${lines.map((line) => `    ${line}`).join('\n')}` : ''
  return new Stopped(
    'failed',
    `${id} on ${label} ended ${whyItEnded(state)}.${text}`,
    'train(data, { … })   # starts it again, from its last checkpoint if it has one',
  )
}
