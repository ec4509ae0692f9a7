// watch.sh: beside the trainer, on its machine. It counts the seconds, samples the GPUs, keeps the spending limit
// and obeys requests to stop, so that all of this holds while no notebook is open.

/** Seconds between two looks. */
const TICK = 2

/** Gradient norms stand in what the trainer prints, not in its log. */
export const NORMS = `norms() {
  have=$(cat "$a/grad.txt" 2>/dev/null | wc -l)
  tr '\\r' '\\n' < "$a/log.txt" | grep -o "{[^{}]*'grad_norm'[^{}]*}" | tail -n "+$((have + 1))" >> "$a/grad.txt"
}`

export interface WatchOptions {
  /** The trainer saves a checkpoint when its workers get SIGTERM. */
  saves: boolean
  /** Seconds that a trainer which saves may take for it. @default 1800 */
  saving?: number
}

/**
 * The text of watch.sh, started by run.sh as `watch.sh ATTEMPT TRAINER`.
 *
 * The limit stands in the file `limit`, in seconds over all attempts. The job ends right after the last
 * checkpoint that fits: when the next one, as long away as this one was, would come too late. Where no
 * checkpoint comes in time, it ends at the limit. Seconds are those of the machine's uptime, which nobody sets.
 */
export function watchScript({ saves, saving = 1800 }: WatchOptions): string {
  return `#!/bin/sh
# Started by run.sh as: watch.sh ATTEMPT TRAINER.
cd "$(dirname "$0")" || exit 1
a="attempts/$1"
trainer=$2
rank=\${NODE_RANK:-0}
[ "$rank" = 0 ] || a="$a/node-$rank"
. ./whole.sh
trap '' TERM INT HUP USR1
mark="SKYLAB_JOB=$(pwd -P)/$1;"
clock() { if [ -r /proc/uptime ]; then cut -d . -f 1 /proc/uptime; else date +%s; fi; }
alive() { kill -0 "$trainer" 2>/dev/null; }
# The job's processes, but for run.sh, which has to see it end. This script is not one of them.
processes() {
  if [ -r /proc/self/environ ]; then
    grep -lsF "$mark" /proc/[0-9]*/environ | cut -d / -f 3
  else
    ps -A -E -o pid=,command= 2>/dev/null | grep -F "$mark" | grep -v grep | awk '{print $1}'
  fi | grep -vx "$PPID"
}
# torchrun kills its workers 30 s after it was asked to end, which is too soon for a checkpoint: ask them, not it.
workers() {
  for pid in $(processes); do
    tr '\\0' '\\n' < "/proc/$pid/environ" 2>/dev/null | grep -q '^LOCAL_RANK=' && echo "$pid"
  done
}
patience() { for _ in $(seq "$1"); do alive || return 0; sleep 1; done; }
# end WHY HOW: save a checkpoint first, or just end.
end() {
  [ -s "$a/stopped" ] || echo "$1" > "$a/stopped"
  if [ "$2" = save ]; then
    pids=$(workers)
    kill -TERM \${pids:-$trainer} 2>/dev/null
    patience ${saving}
  fi
  kill -TERM $(processes) 2>/dev/null
  patience 30
  kill -KILL $(processes) 2>/dev/null
}
put() { printf '%-15s\\n' "$1" | dd of="$a/seconds" conv=notrunc 2>/dev/null; }
${NORMS}
# Largest memory in use and size in MiB, mean load in per cent, over the GPUs of this machine.
gpus() {
  smi='nvidia-smi --query-gpu=memory.used,memory.total,utilization.gpu --format=csv,noheader,nounits'
  if command -v timeout >/dev/null; then smi="timeout 10 $smi"; fi
  $smi | awk -F ', *' '{if ($1 + 0 > used) used = $1 + 0; if ($2 + 0 > all) all = $2 + 0; load += $3; n++}
    END {if (n) printf "%d,%d,%d", used, all, load / n}'
}
earlier=0
for file in attempts/*/seconds; do
  [ -f "$file" ] && [ "$file" != "attempts/$1/seconds" ] || continue
  s=$(tr -cd 0-9 < "$file" 2>/dev/null)
  earlier=$((earlier + \${s:-0}))
done
begun=$(clock)
last=$(newest)
seen=
at=0
sampled=-99
while alive; do
  t=$(($(clock) - begun))
  put "$t"
  fresh=
  c=$(checkpoints | tail -n 1)
  if [ -n "$c" ] && [ "$c" != "$last" ] && whole "$c"; then
    # Seen whole twice: the other machines and ranks have finished writing too.
    if [ "$c" = "$seen" ]; then last=$c; fresh=1; between=$((t - at)); at=$t; else seen=$c; fi
  fi
  if [ -s "$a/stop" ]; then
    request=$(cat "$a/stop")
    case $request in
    checkpoint) [ -n "$fresh" ] && end asked now ;;
    requeue) end requeue ${saves ? 'save' : 'now'} ;;
    *) end asked "$request" ;;
    esac
  fi
  limit=$(tr -cd 0-9 2>/dev/null < limit)
  if [ -n "$limit" ] && [ "$rank" = 0 ]; then
    if [ -n "$fresh" ] && [ $((earlier + t + between)) -gt "$limit" ]; then end limit now
    elif [ $((earlier + t)) -ge "$limit" ]; then end limit ${saves ? 'save' : 'now'}; fi
  fi
  if [ $((t - sampled)) -ge 15 ]; then
    sampled=$t
    if command -v nvidia-smi >/dev/null 2>&1; then
      step=$(tail -n 1 output/trainer_log.jsonl 2>/dev/null | sed -n 's/.*"current_steps": *\\([0-9]*\\).*/\\1/p')
      gpu=$(gpus 2>/dev/null)
      [ -z "$gpu" ] || echo "$(date +%s),\${step:-0},$gpu" >> "$a/gpu.csv"
    fi
    norms
  fi
  sleep ${TICK}
done
put "$(($(clock) - begun))"
`
}
