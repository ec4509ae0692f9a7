// run.sh: the trainer in a fixed environment, and its exit status in a file.
import { quote } from '../ssh/shell.js'
import { NORMS } from './watch-script.js'

export interface RunScriptOptions {
  /** GPUs on each machine. */
  gpus: number
  /** Machines. */
  nodes: number
  env: Record<string, string>
  /** A line of shell to run first. */
  setup?: string | undefined
  torchrun: boolean
}

/**
 * The text of run.sh. It is started as `run.sh ATTEMPT`, with NODE_RANK where there are several machines, and
 * stays until the trainer has ended, however that is.
 */
export function runScript({ gpus, nodes, env, setup, torchrun }: RunScriptOptions): string {
  const fixed: Record<string, string> = {
    // torchrun even for one GPU: DeepSpeed needs its process group.
    ...(torchrun ? { FORCE_TORCHRUN: '1', NNODES: String(nodes), NPROC_PER_NODE: String(gpus) } : {}),
    ...env,
  }
  return `#!/bin/sh
# Started as: run.sh ATTEMPT. How the trainer ended is left in attempts/ATTEMPT/exit.
cd "$(dirname "$0")" || exit 1
a="attempts/$1"
[ "\${NODE_RANK:-0}" = 0 ] || a="$a/node-$NODE_RANK"
mkdir -p "$a"
exec >> "$a/log.txt" 2>&1 < /dev/null || exit 1
# The room for the exit status is taken now: a disk that fills up must not hide how the job ended.
printf '%-15s\\n' '' > "$a/status"
finish() { printf '%-15s\\n' "$1" | dd of="$a/status" conv=notrunc 2>/dev/null && mv "$a/status" "$a/exit"; }
: > "$a/begun"
${NORMS}
${torchrun ? '[ -n "$NODE_RANK" ] || NODE_RANK=0; export NODE_RANK\n' : ''}${Object.entries(fixed)
  .map(([name, value]) => `export ${name}=${quote(value)}\n`)
  .join('')}# A stop reaches the whole job; this shell stays to write down how the trainer ended.
trap : TERM INT HUP USR1
if [ "\${NODE_RANK:-0}" = 0 ]; then
  . ./whole.sh
  # The trainer goes on from the newest checkpoint, so one that is not whole must not be the newest.
  for c in $(checkpoints); do
    whole "$c" && continue
    echo "[skylab] $c was not written to its end; it is put aside"
    mv "$c" "output/half-written-$1-\${c##*/}"
  done
  c=$(newest)
  [ -z "$c" ] || echo "[skylab] goes on from $c"
fi
${setup ? `${setup}\n` : ''}llamafactory-cli train train.yaml &
trainer=$!
( unset SKYLAB_JOB; exec sh ./watch.sh "$1" "$trainer" ) &
while :; do
  wait "$trainer"; status=$?
  kill -0 "$trainer" 2>/dev/null || break
done
[ "\${NODE_RANK:-0}" != 0 ] || norms
finish "$status"
`
}
