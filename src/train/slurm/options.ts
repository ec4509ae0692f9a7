// What a job of Slurm takes beside the settings of the training.
import { Stopped } from '../../stopped.js'

/** Options of `sbatch`, by their long names. What is not given is left to the cluster. */
export interface SlurmOptions {
  partition?: string
  account?: string
  qos?: string
  /** Time limit as Slurm writes it: '24:00:00', '2-00:00:00'. Reaching it, the job saves, is queued again and goes on. */
  time?: string
  /** Generic resources of each machine; null asks for none. @default --gpus-per-node with the run's `gpus` */
  gres?: string | null
  /** CPUs of each machine. */
  cpus?: number
  /** Main memory of each machine: '900G', '0' for all of it. */
  memory?: string
  /** Seconds before the time limit at which the trainer is asked to save. @default 600; 60 where it cannot save when asked */
  before?: number
  /** Queue it again after the time limit, a failure of its machine or preemption. @default true */
  requeue?: boolean
  /** Further lines: '--constraint=h100', '--exclusive'. */
  extra?: string[]
}

const NAME = /^[A-Za-z0-9][\w.,:=@%+/()[\]*|&-]*$/

/**
 * The options as `#SBATCH` lines.
 *
 * @throws Stopped('bad-call') for a value that could be anything but one option of sbatch
 */
export function sbatchLines(options: SlurmOptions): string[] {
  const lines: string[] = []
  const add = (option: string, value: string | number | undefined) => {
    if (value === undefined) return
    if (!NAME.test(String(value))) throw badOption(option, value)
    lines.push(`#SBATCH --${option}=${value}`)
  }
  add('partition', options.partition)
  add('account', options.account)
  add('qos', options.qos)
  add('time', options.time)
  if (options.gres) add('gres', options.gres)
  add('cpus-per-task', options.cpus)
  add('mem', options.memory)
  for (const line of options.extra ?? []) {
    if (!/^--?[a-z][\x20-\x7e]*$/i.test(line)) throw badOption('extra', line)
    lines.push(`#SBATCH ${line}`)
  }
  return lines
}

function badOption(option: string, value: unknown): Stopped {
  return new Stopped(
    'bad-call',
    `slurm: ${option} cannot be ${JSON.stringify(value)}.`,
    option === 'extra' ? "slurm: { extra: ['--constraint=h100'] }" : `slurm: { ${option}: 'name' }`,
  )
}
