// Ending a job: its own processes, all of them, and nobody else's.
import { quote } from '../ssh/shell.js'
import { NEWEST } from './state.js'

/**
 * Asks the processes of the newest attempt to end: TERM first, KILL when told so. They are found by the mark in
 * their environment, which no other process carries, wherever their sessions and parents are.
 */
export function stopScript(dir: string, signal: 'TERM' | 'KILL'): string {
  return `if cd ${quote(dir)} 2>/dev/null; then
${NEWEST}
[ -n "$n" ] || exit 0
[ -z "$pids" ] && exit 0
[ -s attempts/$n/stopped ] || echo asked > attempts/$n/stopped
else
# The folder was deleted under the job.
mark=${quote(`SKYLAB_JOB=${dir}/`)}
pids=$(grep -lsF "$mark" /proc/[0-9]*/environ | cut -d / -f 3 | tr '\\n' ' ')
fi
[ -z "$pids" ] || kill -${signal} $pids 2>/dev/null
exit 0`
}

/** Leaves a request for watch.sh: 'save' a checkpoint and end, or end at the next 'checkpoint'. */
export function requestScript(dir: string, request: 'save' | 'checkpoint' | 'now'): string {
  return `cd ${quote(dir)} || exit 1
n=$(ls attempts 2>/dev/null | grep -x '[0-9]*' | sort -n | tail -n 1)
[ -n "$n" ] && [ ! -f attempts/$n/exit ] || exit 0
echo ${request} > attempts/$n/stop.new && mv attempts/$n/stop.new attempts/$n/stop`
}
