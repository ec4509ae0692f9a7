// Starting a job so that it outlives whoever started it.
import { quote } from '../ssh/shell.js'

/**
 * Starts attempt n, once. Whoever makes the folder starts the job; everyone else is told so. A second
 * call after a broken connection therefore starts nothing.
 *
 * It is detached by the first of these that is there: `systemd-run --user`, where the user's services outlive
 * the login (lingering); `setsid`; tmux. Prints `started` and which, or `taken`.
 *
 * @param rank which of several machines this is, from 0
 */
export function startScript(dir: string, attempt: number, { rank = 0, env = '' } = {}): string {
  const folder = rank === 0 ? `attempts/${attempt}` : `attempts/${attempt}/node-${rank}`
  const run = `${env}sh ./run.sh ${attempt}`
  return `cd ${quote(dir)} || exit 1
mkdir -p ${rank === 0 ? 'attempts' : `attempts/${attempt}`}
if mkdir ${folder} 2>/dev/null; then
  date +%s > ${folder}/started
  cat /proc/sys/kernel/random/boot_id > ${folder}/boot 2>/dev/null
  mark="SKYLAB_JOB=$(pwd -P)/${attempt};"
  name="skylab-$(basename "$(pwd -P)" | tr -c 'A-Za-z0-9\\n' -)-${attempt}${rank ? `-${rank}` : ''}"
  how=
  if command -v systemd-run >/dev/null 2>&1 && [ "$(loginctl show-user "$(id -un)" -p Linger --value 2>/dev/null)" = yes ] &&
    systemd-run --user --quiet --collect --unit="$name" --working-directory="$(pwd -P)" \\
      --setenv="$mark" --setenv=PATH="$PATH" --setenv=HOME="$HOME" \${LD_LIBRARY_PATH:+--setenv=LD_LIBRARY_PATH="$LD_LIBRARY_PATH"} \\
      env ${run} 2>/dev/null < /dev/null; then
    how=systemd-run
  elif command -v setsid >/dev/null 2>&1; then
    env "$mark" setsid nohup env ${run} > /dev/null 2>> ${folder}/log.txt < /dev/null &
    how=setsid
  elif command -v tmux >/dev/null 2>&1 &&
    env -u TMUX tmux -L skylab new-session -d -s "$name" env "\${mark%;}\\;" nohup env ${run}; then
    how=tmux
  fi
  echo "$how" > ${folder}/how
  if [ -n "$how" ]; then echo "started $how"; else
    echo 127 > ${folder}/exit
    echo "none of systemd-run, setsid and tmux could start it" >&2
    exit 1
  fi
else
  [ -d ${folder} ] && echo taken
fi`
}
