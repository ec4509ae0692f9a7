// A server on the far side: its folder, and the shell that starts, watches and stops it.
//
//   ~/skylab/serve/<id>/
//     serve.sh, serve.yaml   what is started
//     port, log.txt          where it listens, what it printed
//     of                     the fingerprint of the weights that it was started with
//     lease                  touched by every kernel that uses it; absent where it is to stay
//     exit                   its exit status, once it has ended
//
// Every process of a server carries SKYLAB_SERVE=<folder>; in its environment, which finds its workers as well.
import { quote } from '../ssh/shell.js'
import { HOST } from './engines.js'

/** Seconds for which a server outlives the last kernel that used it. A cell may keep a kernel busy for minutes. */
export const LEASE = 600

/** Prints what is to be served: `kind=` file, folder, adapter, hub or absent; for an adapter its base and rank. */
export function lookScript(model: string, adapter: string | undefined): string {
  const name = (file: string) => quote(`${file}/adapter_config.json`)
  return `home=$HOME
echo "home=$home"
m=${quote(model)}
if [ -f "$m" ]; then echo kind=file
elif [ -f "$m/adapter_config.json" ]; then
  echo kind=adapter
  echo "base=$(sed -n 's/.*"base_model_name_or_path": *"\\(.*\\)".*/\\1/p' ${name(model)} | head -n 1)"
  echo "rank=$(sed -n 's/.*"r": *\\([0-9]*\\).*/\\1/p' ${name(model)} | head -n 1)"
elif [ -f "$m/config.json" ]; then echo kind=folder
elif [ -d "$m" ]; then echo kind=empty
else echo kind=hub
fi
${adapter ? `[ -e ${quote(adapter)} ] || echo adapter=absent\nif [ -f ${name(adapter)} ]; then echo "rank=$(sed -n 's/.*"r": *\\([0-9]*\\).*/\\1/p' ${name(adapter)} | head -n 1)"; fi` : ''}
# Not the whole of the weights, which may be 65 GB: training changes the first and the last megabyte as well.
for f in ${[model, ...(adapter ? [adapter] : [])].flatMap((one) => [quote(one), ...['*.safetensors', '*.bin', '*.gguf', '*config.json'].map((end) => `${quote(one)}/${end}`)]).join(' ')}; do
  [ -f "$f" ] || continue
  wc -c < "$f"; head -c 1048576 "$f"; tail -c 1048576 "$f"
done | { sha256sum 2>/dev/null || shasum -a 256; } | sed 's/^\\([0-9a-f]*\\).*/weights=\\1/'
exit 0`
}

/** serve.sh: a free port, the server, and an eye on whoever uses it. */
export function serveScript(options: {
  line: string
  setup: string | undefined
  env: Record<string, string>
  port: number | undefined
  /** The kernel's pid where it runs on this very machine: then its end is seen at once. */
  kernel: number | undefined
}): string {
  const { line, setup, env, port, kernel } = options
  return `#!/bin/sh
cd "$(dirname "$0")" || exit 1
${Object.entries(env)
  .map(([name, value]) => `export ${name}=${quote(value)}\n`)
  .join('')}${setup ? `${setup}\n` : ''}free() {
  ! grep -qs "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$1") [0-9A-F]*:0000 0A" /proc/net/tcp /proc/net/tcp6
}
port=${port ?? '$((20000 + $$ % 20000))'}
${
  port === undefined
    ? 'while ! free "$port"; do port=$((port + 1)); done'
    : `free "$port" || { echo "port $port of ${HOST} is taken"; echo 98 > exit; exit 98; }`
}
echo "$port" > port.new && mv port.new port
(
${line}
) &
server=$!
trap 'kill "$server" 2>/dev/null' TERM INT HUP
${watch(kernel)}
wait "$server"; echo $? > exit.new && mv exit.new exit
`
}

/** Ends the server when nobody uses it any more. */
function watch(kernel: number | undefined): string {
  const gone = kernel
    ? `[ -f lease ] && ! kill -0 ${kernel} 2>/dev/null && why="the kernel (pid ${kernel}) has ended"`
    : `[ -f lease ] && [ $(($(date +%s) - $(stat -c %Y lease 2>/dev/null || stat -f %m lease))) -gt ${LEASE} ] && why="no kernel has used it for ${LEASE} s"`
  return `while kill -0 "$server" 2>/dev/null; do
  why=
  ${gone}
  if [ -n "$why" ]; then
    echo "[skylab] $why: the server is stopped"
    for pid in $(grep -lsF "$SKYLAB_SERVE" /proc/[0-9]*/environ | cut -d / -f 3); do
      [ "$pid" != $$ ] && kill "$pid" 2>/dev/null
    done
    break
  fi
  sleep 1
done`
}

const PIDS = `mark="SKYLAB_SERVE=$(pwd -P);"
pids=$(grep -lsF "$mark" /proc/[0-9]*/environ | cut -d / -f 3 | tr '\\n' ' ')`

/** Starts the server unless it runs, and says which; 'other' where it runs with other weights. */
export function startScript(dir: string, weights: string, keep: boolean): string {
  return `cd ${quote(dir)} || exit 1
# One starter at a time; one that was killed in the middle holds nobody up for long.
until mkdir starting 2>/dev/null; do
  [ $(($(date +%s) - $(stat -c %Y starting 2>/dev/null || date +%s))) -gt 30 ] && rmdir starting 2>/dev/null
  sleep 0.2
done
trap 'rmdir starting 2>/dev/null' EXIT
${keep ? 'rm -f lease' : 'touch lease'}
${PIDS}
if [ -n "$pids" ] && [ "$(cat of 2>/dev/null)" = ${quote(weights)} ]; then echo running
elif [ -n "$pids" ]; then echo other
else
  rm -f exit port
  echo ${quote(weights)} > of
  SKYLAB_SERVE="$(pwd -P);" setsid nohup sh serve.sh > log.txt 2>&1 < /dev/null &
  echo started
fi`
}

/** Prints how the server stands, as `key=value`, and the last lines of its log. */
export function serverState(dir: string, lines: number): string {
  return `cd ${quote(dir)} 2>/dev/null || { echo absent=1; exit 0; }
${PIDS}
echo "pids=$pids"
for f in port exit; do [ -f $f ] && echo "$f=$(cat $f)"; done
echo --
tail -n ${lines} log.txt 2>/dev/null
exit 0`
}

export function renewScript(dir: string): string {
  return `cd ${quote(dir)} && [ -f lease ] && touch lease; exit 0`
}

/** Ends every process of the server: TERM, and KILL for what is left after so many seconds. */
export function endScript(dir: string, grace: number): string {
  return `cd ${quote(dir)} 2>/dev/null || exit 0
${PIDS}
[ -n "$pids" ] && kill $pids 2>/dev/null
n=0
while [ -n "$pids" ] && [ $n -lt ${grace * 5} ]; do sleep 0.2; n=$((n + 1)); ${PIDS.replace('\n', '; ')}; done
[ -n "$pids" ] && kill -KILL $pids 2>/dev/null
exit 0`
}
