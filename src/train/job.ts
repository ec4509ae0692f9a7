// A job on the far side: its folder, and the shell that starts, watches and stops it.
//
// All state is files in one folder, so that whoever comes later, from wherever, finds the job as it is:
//
//   ~/skylab/runs/<id>/
//     job.json                  what was started: data, settings, when
//     train.yaml, ds_z3_offload_config.json, dataset_info.json, <data>, run.sh
//     attempts/<n>/             one for each start; making the folder is the lock
//       started, boot, log.txt  when, on which boot of the machine, what the trainer printed
//       begun                   run.sh has taken over
//       exit                    its exit status, once it has ended
//       stopped                 someone asked it to stop
//     output/                   LLaMA-Factory's own: trainer_log.jsonl, checkpoint-N/, the weights
//
// Every process of a job carries SKYLAB_JOB=<folder>/<n>; in its environment. That finds the job's workers
// even in sessions of their own (torchrun starts them so), and cannot be fooled by a reused pid.
import { Stopped } from '../stopped.js'
import { quote } from './ssh/far.js'

export const DEFAULT_FOLDER = '~/skylab/runs'

/** What stands in job.json. */
export interface Job {
  id: string
  name: string
  on: string
  base: string
  /** GPUs over all machines. */
  gpus: number
  /** Dollars for one GPU for one hour. */
  price: number
  rows: number
  data: { file: string; sha256: string }
  /** Hash of yaml and DeepSpeed settings, hex. */
  settings: string
  /** Steps planned. The trainer's own count, in its log, is what is shown once there is one. */
  steps: number
  created: string
  practice?: { seconds: number; failAt?: number }
}

/** Names that may travel into a job's environment. Everything else stays at home. */
const ENVIRONMENT =
  /^(?:CUDA_VISIBLE_DEVICES|HF_HOME|HF_ENDPOINT|HF_HUB_OFFLINE|HF_HUB_CACHE|HF_DATASETS_CACHE|TRANSFORMERS_OFFLINE|USE_MODELSCOPE_HUB|MODELSCOPE_CACHE|WANDB_(?:MODE|PROJECT|ENTITY|DIR|RUN_GROUP)|TMPDIR|TRITON_CACHE_DIR|OMP_NUM_THREADS|MASTER_ADDR|MASTER_PORT|NODE_RANK|NPROC_PER_NODE|FORCE_TORCHRUN|RECORD_VRAM|DISABLE_VERSION_CHECK|LLAMAFACTORY_VERBOSITY|NCCL_[A-Z0-9_]+|DS_[A-Z0-9_]+|TORCH_NCCL_[A-Z0-9_]+|PYTORCH_CUDA_ALLOC_CONF)$/

/**
 * Checks the environment that a caller wants to send.
 *
 * @throws Stopped('bad-call') for a name that is not on the allow-list
 */
export function checkEnvironment(env: Record<string, string>): void {
  for (const name of Object.keys(env)) {
    if (ENVIRONMENT.test(name)) continue
    const secret = /KEY|TOKEN|SECRET|PASS|CREDENTIAL/i.test(name)
    throw new Stopped(
      'bad-call',
      `${name} is not on the list of environment variables that travel${secret ? '; it looks like a secret, which would stand in a file on the far machine' : ''}.`,
      secret ? `echo 'export ${name}=…' >> ~/.profile   # on the far machine itself` : `setup: 'export ${name}=…'`,
    )
  }
}

/** run.sh: the trainer in a fixed environment, and its exit status in a file. */
export function runScript(options: {
  gpus: number
  nodes: number
  env: Record<string, string>
  setup?: string | undefined
  torchrun: boolean
}): string {
  const env: Record<string, string> = {
    // torchrun even for one GPU: DeepSpeed needs its process group.
    ...(options.torchrun
      ? { FORCE_TORCHRUN: '1', NNODES: String(options.nodes), NODE_RANK: '0', NPROC_PER_NODE: String(options.gpus) }
      : {}),
    ...options.env,
  }
  return `#!/bin/sh
# Started as: run.sh ATTEMPT. The status of the trainer is left in attempts/ATTEMPT/exit.
cd "$(dirname "$0")" || exit 1
: > "attempts/$1/begun"
${Object.entries(env)
  .map(([name, value]) => `export ${name}=${quote(value)}\n`)
  .join('')}finish() { echo "$1" > "attempts/$2/exit.new" && mv "attempts/$2/exit.new" "attempts/$2/exit"; }
# A stop reaches the whole group; this shell stays to write down how the trainer ended.
trap : TERM INT HUP
${options.setup ? `${options.setup}\n` : ''}llamafactory-cli train train.yaml &
trainer=$!
while :; do
  wait "$trainer"; status=$?
  kill -0 "$trainer" 2>/dev/null || break
done
finish "$status" "$1"
`
}

/** Writes small files whole or not at all. */
export function writeFiles(dir: string, files: Record<string, string>): string {
  const writes = Object.entries(files).map(
    ([name, text]) =>
      `printf '%s' ${quote(text)} > ${quote(`${name}.new`)} && mv ${quote(`${name}.new`)} ${quote(name)}`,
  )
  return [`mkdir -p ${quote(dir)} && cd ${quote(dir)}`, ...writes].join(' &&\n')
}

/** Hash of a file, or nothing. */
export function hashOf(file: string): string {
  return `if [ -f ${quote(file)} ]; then { sha256sum ${quote(file)} 2>/dev/null || shasum -a 256 ${quote(file)}; } | cut -c 1-64; fi`
}

/**
 * Starts attempt n, once. Whoever makes the folder starts the job; everyone else is told so. A second
 * call after a broken connection therefore starts nothing.
 */
export function startScript(dir: string, attempt: number): string {
  const folder = `attempts/${attempt}`
  return `cd ${quote(dir)} || exit 1
mkdir -p attempts
if mkdir ${folder} 2>/dev/null; then
  date +%s > ${folder}/started
  cat /proc/sys/kernel/random/boot_id > ${folder}/boot 2>/dev/null
  SKYLAB_JOB="$(pwd -P)/${attempt};" setsid nohup sh run.sh ${attempt} > ${folder}/log.txt 2>&1 < /dev/null &
  echo started
else
  echo taken
fi`
}

/** The newest attempt in $n and its processes in $pids. Zombies have no environment any more, so they do not count. */
const NEWEST = `n=$(ls attempts 2>/dev/null | sort -n | tail -n 1)
mark="SKYLAB_JOB=$(pwd -P)/$n;"
if [ -r /proc/self/environ ]; then
  pids=$(grep -lsF "$mark" /proc/[0-9]*/environ | cut -d / -f 3 | tr '\\n' ' ')
else
  pids=$(ps -A -E -o pid=,command= 2>/dev/null | grep -F "$mark" | grep -v grep | awk '{print $1}' | tr '\\n' ' ')
fi`

/** Prints the state of the newest attempt as `key=value` lines. */
export function stateScript(dir: string): string {
  return `cd ${quote(dir)} 2>/dev/null || { echo absent=1; exit 0; }
${NEWEST}
echo "attempt=\${n:-0}"
echo "now=$(date +%s)"
if [ -n "$n" ]; then
  echo "pids=$pids"
  for f in started begun exit stopped boot; do [ -f attempts/$n/$f ] && echo "$f=$(cat attempts/$n/$f)"; done
  [ -f attempts/$n/exit ] && echo "ended=$(stat -c %Y attempts/$n/exit 2>/dev/null || stat -f %m attempts/$n/exit)"
  echo "boot_now=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
fi`
}

/** The state, then what the trainer's log holds from a byte on. */
export function followScript(dir: string, from: number): string {
  return `(
${stateScript(dir)}
)
log=${quote(`${dir}/output/trainer_log.jsonl`)}
echo "size=$(wc -c < "$log" 2>/dev/null | tr -d ' ')"
echo --
tail -c +${from + 1} "$log" 2>/dev/null
exit 0`
}

/** Asks the processes of the newest attempt to end: TERM first, KILL when told so. */
export function stopScript(dir: string, signal: 'TERM' | 'KILL'): string {
  return `cd ${quote(dir)} || exit 1
${NEWEST}
[ -n "$n" ] || exit 0
[ -z "$pids" ] && exit 0
[ -f attempts/$n/stopped ] || date +%s > attempts/$n/stopped
kill -${signal} $pids 2>/dev/null
exit 0`
}

/** The last lines of what the newest attempt printed. */
export function lastLinesScript(dir: string, lines: number): string {
  return `cd ${quote(dir)} || exit 1
n=$(ls attempts 2>/dev/null | sort -n | tail -n 1)
[ -n "$n" ] && tail -n ${lines} attempts/$n/log.txt
exit 0`
}

/** How a job stands, as its files say. */
export interface JobState {
  state: 'absent' | 'new' | 'running' | 'done' | 'failed' | 'stopped'
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
}

/** Seconds in which an attempt that run.sh has not taken over yet counts as just starting. */
const STARTING = 10

/** Reads the lines of `stateScript`. */
export function readState(text: string): JobState {
  const fields = new Map(
    text.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  )
  const number = (key: string) => (fields.has(key) && fields.get(key) !== '' ? Number(fields.get(key)) : null)
  const attempt = number('attempt') ?? 0
  const started = number('started')
  const exit = number('exit')
  const now = number('now') ?? 0
  const base = { attempt, exit, started, ended: number('ended'), now, rebooted: false }
  if (fields.has('absent')) return { ...base, state: 'absent' }
  if (attempt === 0) return { ...base, state: 'new' }
  if (exit === 0) return { ...base, state: 'done' }
  // The shell that writes the status may outlive the trainer by a moment, and a trainer its shell.
  if ((fields.get('pids') ?? '').trim() !== '') return { ...base, state: 'running' }
  if (fields.has('stopped')) return { ...base, state: 'stopped' }
  if (exit !== null) return { ...base, state: 'failed' }
  const rebooted = Boolean(fields.get('boot')) && fields.get('boot') !== fields.get('boot_now')
  const starting = !fields.has('begun') && (started === null || now - started < STARTING)
  if (starting && !rebooted) return { ...base, state: 'running' }
  return { ...base, state: 'failed', rebooted }
}

/** Prints the seconds from start to end, summed over all attempts. */
export function spentScript(dir: string): string {
  return `cd ${quote(dir)} || exit 1
spent=0
for a in attempts/*; do
  end=$a/exit; [ -f "$end" ] || end=$a/log.txt
  t=$(stat -c %Y "$end" 2>/dev/null || stat -f %m "$end" 2>/dev/null) || continue
  s=$(cat "$a/started" 2>/dev/null) || continue
  spent=$((spent + t - s))
done
echo "$spent"`
}
