// The job as Slurm runs it: job.sbatch, written to be read.
import { quote } from '../ssh/shell.js'
import { type SlurmOptions, sbatchLines } from './options.js'

export interface BatchScriptOptions {
  /** The run's id. */
  id: string
  /** GPUs on each machine. */
  gpus: number
  /** Machines. */
  nodes: number
  /** The trainer saves when it is asked to end. */
  saves: boolean
  slurm: SlurmOptions
}

/**
 * The text of job.sbatch. It is submitted as `sbatch job.sbatch ATTEMPT`; a start that Slurm makes by itself,
 * after the time limit or a failure of a machine, is an attempt of its own.
 *
 * On several machines torchrun meets at the first of them: MASTER_ADDR, MASTER_PORT, and NODE_RANK from srun.
 */
export function batchScript({ id, gpus, nodes, saves, slurm }: BatchScriptOptions): string {
  const before = slurm.before ?? (saves ? 600 : 60)
  const requeue = slurm.requeue ?? true
  const lines = [
    `#SBATCH --job-name=${id}`,
    `#SBATCH --nodes=${nodes}`,
    '#SBATCH --ntasks-per-node=1',
    ...(slurm.gres === undefined ? [`#SBATCH --gpus-per-node=${gpus}`] : []),
    ...sbatchLines(slurm),
    '#SBATCH --output=slurm-%j.txt',
    '#SBATCH --open-mode=append',
    ...(requeue ? ['#SBATCH --requeue', `#SBATCH --signal=B:USR1@${before}`] : ['#SBATCH --no-requeue']),
  ]
  const run =
    nodes > 1
      ? `srun --kill-on-bad-exit=1 sh -c 'export NODE_RANK="$SLURM_PROCID"; exec sh ./run.sh "$1"' - "$n" &`
      : 'sh ./run.sh "$n" &'
  return `#!/bin/bash
${lines.join('\n')}
# Submitted from the job's folder as: sbatch job.sbatch ATTEMPT
cd "$SLURM_SUBMIT_DIR" || exit 1
. ./whole.sh
n=$1
if [ "\${SLURM_RESTART_COUNT:-0}" -gt 0 ]; then
  # Slurm has started it again: another attempt.
  until mkdir "attempts/$n" 2>/dev/null; do n=$((n + 1)); done
  date +%s > "attempts/$n/started"
  echo "$SLURM_JOB_ID" > "attempts/$n/how"
fi
cat /proc/sys/kernel/random/boot_id > "attempts/$n/boot" 2>/dev/null
export SKYLAB_JOB="$(pwd -P)/$n;"
export MASTER_ADDR="$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)"
export MASTER_PORT=$((20000 + SLURM_JOB_ID % 20000))
first=$(newest)
late=
# Near the time limit: the trainer saves where it can, ends, and the job is queued again.
leave() { late=1; echo requeue > "attempts/$n/stop.new" && mv "attempts/$n/stop.new" "attempts/$n/stop"; }
trap leave USR1
${run}
job=$!
while :; do
  wait "$job"; status=$?
  kill -0 "$job" 2>/dev/null || break
done
if [ -n "$late" ]; then
  # An attempt that got no further would be queued for ever.
  if [ "$(newest)" = "$first" ]; then
    echo "[skylab] the time limit came before a checkpoint: not queued again" | tee -a "attempts/$n/log.txt"
  elif scontrol requeue "$SLURM_JOB_ID"; then sleep 60; fi
fi
[ -s "attempts/$n/exit" ] && exit "$(tr -cd 0-9 < "attempts/$n/exit")"
exit "$status"
`
}

/** Submits attempt n, once; the number that Slurm gives it is left in attempts/n/how. Prints `started NUMBER` or `taken`. */
export function submitScript(dir: string, attempt: number): string {
  const folder = `attempts/${attempt}`
  return `cd ${quote(dir)} || exit 1
mkdir -p attempts
if mkdir ${folder} 2>/dev/null; then
  date +%s > ${folder}/started
  if number=$(sbatch --parsable job.sbatch ${attempt} 2> ${folder}/log.txt); then
    echo "\${number%%;*}" > ${folder}/how
    echo "started \${number%%;*}"
  else
    echo 1 > ${folder}/exit
    cat ${folder}/log.txt >&2
    exit 1
  fi
else
  [ -d ${folder} ] && echo taken
fi`
}

/**
 * Asks Slurm for the state of attempt $n, within the job's folder, and prints it as `slurm=` and `reason=`. What
 * squeue no longer lists, sacct or scontrol may still know; a controller that does not answer is said to be
 * DOWN, which is not the same as a job that is gone.
 */
export function queryScript(id: string): string {
  return `number=$(head -n 1 attempts/$n/how 2>/dev/null)
[ -n "$number" ] || number=$(squeue -h -o %i -n ${quote(id)} 2>/dev/null | head -n 1)
if [ -n "$number" ]; then
  said=$(squeue -h -j "$number" -o '%T|%r' 2>&1 | head -n 1)
  case $said in
  *'nvalid job id'*|'') said=$(sacct -n -X -P -j "$number" -o State 2>/dev/null | tail -n 1 | cut -d ' ' -f 1)
    [ -n "$said" ] || said=$(scontrol -o show job "$number" 2>/dev/null | sed -n 's/.*JobState=\\([A-Z_]*\\) Reason=\\([^ ]*\\).*/\\1|\\2/p' | head -n 1)
    [ -n "$said" ] || said='GONE|Slurm no longer knows it' ;;
  *'|'*) ;;
  *) said="DOWN|$said" ;;
  esac
  echo "slurm=\${said%%|*}"
  echo "reason=\${said#*|}"
  echo "number=$number"
  echo "beat=$(($(date +%s) - $(stat -c %Y attempts/$n/seconds 2>/dev/null || echo 0)))"
fi`
}

/** Takes the job out of Slurm, running or queued. */
export function cancelScript(dir: string, id: string): string {
  return `cd ${quote(dir)} || exit 1
n=$(ls attempts 2>/dev/null | grep -x '[0-9]*' | sort -n | tail -n 1)
[ -n "$n" ] || exit 0
[ -s attempts/$n/stopped ] || [ -s attempts/$n/exit ] || echo asked > attempts/$n/stopped
number=$(head -n 1 attempts/$n/how 2>/dev/null)
[ -n "$number" ] || number=$(squeue -h -o %i -n ${quote(id)} 2>/dev/null | head -n 1)
[ -z "$number" ] || scancel "$number"`
}
