// How a run stands, in words and figures that a table can show.

import type { JobState } from './job/state.js'
import type { Job } from './job.js'

export interface RunStatus {
  id: string
  on: string
  /** 'unreachable' where its machine does not answer, 'gone' where its folder is not there any more. */
  state: 'queued' | 'running' | 'done' | 'failed' | 'stopped' | 'unreachable' | 'gone'
  /** One sentence: how it ended, what it waits for. Empty while it simply runs. */
  why: string
  /** Last step logged, and steps in all; null before the first. */
  step: number | null
  total: number | null
  /** How many times it was started. */
  attempts: number
  hours: number
  /** Hours × GPUs × price; null on the practice machine. */
  dollars: number | null
  /** Dollars after which it ends itself; null where there is no limit. */
  limit: number | null
  /** Folder of the newest checkpoint that was written to its end; null where there is none. */
  checkpoint: string | null
  /** What keeps it alive: 'systemd-run', 'setsid', 'tmux', 'slurm 4711'. */
  kept: string | null
  /** The job's folder on its machine. */
  dir: string
}

export function statusOf(job: Job, dir: string, state: JobState, checkpoint: string | null): RunStatus {
  const dollars = (seconds: number) => (seconds / 3600) * job.gpus * job.price
  const practice = job.on === 'practice'
  return {
    id: job.id,
    on: job.on,
    state: stateWord(state),
    why: whyOf(state),
    step: state.step,
    total: state.total,
    attempts: state.attempt,
    hours: state.spent / 3600,
    dollars: practice ? null : dollars(state.spent),
    limit: state.limit === null ? null : dollars(state.limit),
    checkpoint,
    kept: state.slurm ? `slurm ${state.how ?? ''}`.trim() : state.how,
    dir,
  }
}

function stateWord(state: JobState): RunStatus['state'] {
  if (state.state === 'absent') return 'gone'
  if (state.state === 'unknown') return 'unreachable'
  return state.state === 'new' ? 'running' : state.state
}

function whyOf(state: JobState): string {
  const { slurm } = state
  if (state.state === 'absent')
    return state.processes ? `its folder was deleted; ${state.processes} processes still run` : 'its folder was deleted'
  if (state.state === 'unknown') return `Slurm does not answer: ${slurm?.reason}`
  if (state.state === 'queued')
    return `${slurm?.state}: ${slurm?.reason || 'no reason given'}${state.attempt > 1 || state.stopped ? ', to go on from its last checkpoint' : ''}`
  if (state.state === 'failed') return whyItEnded(state)
  if (state.state === 'stopped') return state.stopped === 'limit' ? 'it reached its limit' : 'it was asked to'
  return ''
}

/** "with exit status 1", "when its machine was started anew": goes behind "it ended". */
export function whyItEnded(state: JobState): string {
  const { slurm } = state
  if (state.stopped === 'requeue') return 'at its time limit, and was not queued again'
  if (slurm && state.exit === null) {
    const known: Record<string, string> = {
      TIMEOUT: 'at the time limit of its job',
      NODE_FAIL: 'when a machine of its job failed',
      PREEMPTED: 'when its job was preempted',
      OUT_OF_MEMORY: 'because its job had no memory left',
      GONE: 'without leaving an exit status, and Slurm no longer knows its job',
    }
    return known[slurm.state] ?? `as Slurm says, ${slurm.state}${slurm.reason ? ` (${slurm.reason})` : ''}`
  }
  if (state.exit !== null) return `with exit status ${state.exit}`
  return state.rebooted
    ? 'when its machine was started anew'
    : 'without leaving an exit status: it was killed, for instance for want of memory'
}
