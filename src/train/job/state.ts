// How a job stands: its files and its processes, looked at on its machine, and what they mean.
import { quote } from '../ssh/shell.js'
import { wholeScript } from './whole-script.js'

const NUMBER = `n=$(ls attempts 2>/dev/null | grep -x '[0-9]*' | sort -n | tail -n 1)
mark="SKYLAB_JOB=$(pwd -P)/$n;"`

/** The newest attempt in $n and its processes in $pids. Zombies have no environment any more, so they do not count. */
export const NEWEST = `${NUMBER}
${processes('mark')}`

/** Sets $pids to the processes that carry the text of a shell variable in their environment. */
function processes(variable: string): string {
  return `if [ -r /proc/self/environ ]; then
  pids=$(grep -lsF "$${variable}" /proc/[0-9]*/environ | cut -d / -f 3 | tr '\\n' ' ')
else
  pids=$(ps -A -E -o pid=,command= 2>/dev/null | grep -F "$${variable}" | grep -v grep | awk '{print $1}' | tr '\\n' ' ')
fi`
}

/**
 * Prints the state of the newest attempt as `key=value` lines.
 *
 * @param slurm what to ask Slurm, where the job is one of its jobs
 */
export function stateScript(dir: string, slurm = ''): string {
  return `if ! cd ${quote(dir)} 2>/dev/null; then
  echo absent=1
  mark=${quote(`SKYLAB_JOB=${dir}/`)}
  ${processes('mark')}
  echo "pids=$pids"
  exit 0
fi
${NUMBER}
echo "attempt=\${n:-0}"
echo "now=$(date +%s)"
if [ -n "$n" ]; then
  # What has begun is looked at before the processes and what has ended after them: a job that begins or ends
  # in between is then still seen as running.
  for f in started begun; do [ -f attempts/$n/$f ] && echo "$f=$(head -c 200 attempts/$n/$f | head -n 1)"; done
  ${processes('mark')}
  echo "pids=$pids"
  for f in exit stopped boot how; do [ -f attempts/$n/$f ] && echo "$f=$(head -c 200 attempts/$n/$f | head -n 1)"; done
  for f in attempts/$n/node-*/exit; do [ -f "$f" ] && echo "node_exit=$(head -n 1 "$f")"; done
  [ -f attempts/$n/exit ] && echo "ended=$(stat -c %Y attempts/$n/exit 2>/dev/null || stat -f %m attempts/$n/exit)"
  echo "boot_now=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
  echo "last=$(tail -n 2 output/trainer_log.jsonl 2>/dev/null | grep -o '"\\(current\\|total\\)_steps": *[0-9]*' | tail -n 2 | tr -cd '0-9\\n' | tr '\\n' ' ')"
  spent=0
  for f in attempts/*/seconds; do s=$(head -c 15 "$f" 2>/dev/null | tr -cd 0-9); spent=$((spent + \${s:-0})); done
  echo "spent=$spent"
  [ -s limit ] && echo "limit=$(head -n 1 limit)"
${slurm}
fi`
}

/** The newest whole checkpoint as a `checkpoint=` line. */
export function checkpointScript(dir: string): string {
  return `cd ${quote(dir)} 2>/dev/null || exit 0
${wholeScript}
echo "checkpoint=$(newest)"`
}

/** How a job stands, as its files say. */
export interface JobState {
  state: 'absent' | 'new' | 'unknown' | 'queued' | 'running' | 'done' | 'failed' | 'stopped'
  /** Number of the newest attempt, from 1; 0 where there is none. */
  attempt: number
  /** Exit status of the trainer, where it has ended by itself. */
  exit: number | null
  /** Seconds since the epoch, by the far machine's clock. */
  started: number | null
  ended: number | null
  now: number
  /** The machine was started anew since the job was. */
  rebooted: boolean
  /** Why it was ended, where it was: 'asked', 'limit'. */
  stopped: string | null
  /** What keeps it alive without its launcher: 'systemd-run', 'setsid', 'tmux', or the number of a job of Slurm. */
  how: string | null
  /** Processes of the job on the machine. */
  processes: number
  /** Last step logged, and steps in all; null before the first. */
  step: number | null
  total: number | null
  /** Seconds that it has run, over all attempts. */
  spent: number
  /** Seconds after which it ends itself; null where there is no limit. */
  limit: number | null
  /** Slurm's state and its reason, as it says them. */
  slurm: { state: string; reason: string } | null
}

/** Seconds in which an attempt that run.sh has not taken over yet counts as just starting. */
const STARTING = 10

/** Seconds for which the last sign of watch.sh counts as one of life, where Slurm's controller does not answer. */
const BEAT = 60

/** States in which Slurm has not begun, or will begin again. */
const WAITING =
  /^(?:PENDING|CONFIGURING|REQUEUED|REQUEUE_FED|REQUEUE_HOLD|RESV_DEL_HOLD|SPECIAL_EXIT|SUSPENDED|STOPPED|RESIZING|SIGNALING)$/

/** Reads the lines of `stateScript`. Whatever is not a number, because it is half written, counts as not there. */
export function readState(text: string): JobState {
  const fields = new Map(
    text.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  )
  const number = (key: string) => {
    const value = fields.get(key)?.trim() ?? ''
    return /^\d+$/.test(value) ? Number(value) : null
  }
  const word = (key: string) => fields.get(key)?.trim() || null
  const attempt = number('attempt') ?? 0
  const started = number('started')
  const exit = number('exit')
  const now = number('now') ?? 0
  const [step = null, total = null] = (fields.get('last') ?? '').trim().split(' ').filter(Boolean).map(Number)
  const slurmState = word('slurm')
  const beat = number('beat')
  const state: Omit<JobState, 'state'> = {
    attempt,
    exit,
    started,
    ended: number('ended'),
    now,
    rebooted: false,
    stopped: fields.has('stopped') ? /^[a-z]+$/.exec(fields.get('stopped')!.trim())?.[0] || 'asked' : null,
    how: word('how'),
    processes: (fields.get('pids') ?? '').trim().split(' ').filter(Boolean).length,
    step,
    total,
    spent: number('spent') ?? 0,
    limit: number('limit'),
    slurm: slurmState ? { state: slurmState, reason: word('reason') ?? '' } : null,
  }
  if (fields.has('absent')) return { ...state, state: 'absent' }
  if (attempt === 0) return { ...state, state: 'new' }
  // A trainer that saves a checkpoint and ends when asked to leaves 0, though it was not through.
  const finished = exit === 0 && (state.stopped === null || (step !== null && step === total))
  const finishedOrNot = finished ? 'done' : state.stopped ? 'stopped' : 'failed'
  if (slurmState) return { ...state, state: slurmMeans(slurmState, state, finished, beat) }
  if (finished) return { ...state, state: 'done' }
  // The shell that writes the status may outlive the trainer by a moment, and a trainer its shell.
  if (state.processes > 0) return { ...state, state: 'running' }
  if (exit !== null || state.stopped) return { ...state, state: finishedOrNot }
  const rebooted = Boolean(fields.get('boot')) && fields.get('boot') !== fields.get('boot_now')
  // Whatever the clock was set to since, ten seconds is near.
  const starting = !fields.has('begun') && (started === null || Math.abs(now - started) < STARTING)
  if (starting && !rebooted) return { ...state, state: 'running' }
  return { ...state, state: 'failed', rebooted }
}

function slurmMeans(
  slurm: string,
  state: Omit<JobState, 'state'>,
  finished: boolean,
  beat: number | null,
): JobState['state'] {
  if (WAITING.test(slurm)) return 'queued'
  if (finished) return 'done'
  if (/^(?:RUNNING|COMPLETING|STAGE_OUT)$/.test(slurm)) return 'running'
  if (slurm === 'DOWN' && state.exit === null && state.stopped === null)
    return beat !== null && beat < BEAT ? 'running' : 'unknown'
  if (slurm === 'CANCELLED' || (state.stopped && state.stopped !== 'requeue')) return 'stopped'
  return 'failed'
}
