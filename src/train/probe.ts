// The questions that the pre-flight asks of the far machine, as one script, and its answers as key and values.
import { baseId } from './bases.js'
import type { TrainOptions } from './options.js'
import { quote } from './ssh/shell.js'

/** What the script printed: every line is `key=value`, and a key may come more than once. */
export class Found {
  readonly #lines: string[]

  constructor(text: string) {
    this.#lines = text.split('\n')
  }

  all(key: string): string[] {
    return this.#lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1).trim())
  }

  /** The first value of a key, '' where there is none. */
  one(key: string): string {
    return this.all(key)[0] ?? ''
  }
}

/** Seconds that the hub is waited for. */
const HUB_PATIENCE = 8

/**
 * The script. It changes nothing; only the look at the hub takes longer than a second, and that is left out where the
 * base is on the machine already.
 *
 * @param folder where jobs go, in shell
 */
export function probe(folder: string, options: TrainOptions): string {
  const { setup, env = {} } = options
  const exported = Object.entries(env)
    .map(([name, value]) => `export ${name}=${quote(value)}\n`)
    .join('')
  return `echo "home=$HOME"
echo "system=$(uname -s)"
(
${exported}${setup ? `{ ${setup}\n} >/dev/null || { echo "setup=failed"; exit 0; }` : ''}
${trainer}
${base(baseId(options.base))}
${options.env?.MASTER_PORT ? port(options.env.MASTER_PORT) : ''}
)
for tool in setsid nohup tail; do command -v $tool >/dev/null || echo "lacks=$tool"; done
{ command -v sha256sum || command -v shasum; } >/dev/null || echo "lacks=sha256sum"
if command -v nvidia-smi >/dev/null; then
  nvidia-smi --query-gpu=name,memory.total,memory.used,driver_version --format=csv,noheader,nounits 2>/dev/null | sed 's/^/gpu=/'
  nvidia-smi --query-compute-apps=pid,used_memory,process_name --format=csv,noheader,nounits 2>/dev/null | sed 's/^/busy=/'
fi
echo "memory=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo 2>/dev/null)"
# A container may have less than the machine around it.
for f in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
  [ -r "$f" ] && { echo "cgroup=$(cat "$f")"; break; }
done
for f in /sys/fs/cgroup/memory.current /sys/fs/cgroup/memory/memory.usage_in_bytes; do
  [ -r "$f" ] && { echo "cgroup_used=$(cat "$f")"; break; }
done
echo "shm=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 {print $4}')"
d=${folder}
while [ ! -d "$d" ] && [ "$d" != / ] && [ "$d" != . ]; do d=$(dirname "$d"); done
echo "disk=$(df -Pk "$d" | awk 'NR == 2 {print $4}')"
[ -w "$d" ] || echo "unwritable=$d"
grep -hszo 'SKYLAB_JOB=[^;]*' /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | sort -u | sed 's/^SKYLAB_JOB=/job=/'
exit 0`
}

/** The trainer, its Python, and the versions beside it. Torch's CUDA stands in a file: importing torch takes seconds. */
const trainer = `cli=$(command -v llamafactory-cli)
if [ -n "$cli" ]; then
  echo "cli=$cli"
  python=$(sed -n '1s/^#! *//p' "$cli" | tr -d '\\r')
  case "$python" in */env\\ *) python=\${python##* } ;; esac
  case "$python" in *python*) $python -c '
import platform, re
from importlib.metadata import version
from importlib.util import find_spec
print("python=" + platform.python_version())
for name in ("llamafactory", "torch", "transformers", "deepspeed"):
    try: print(name + "=" + version(name))
    except Exception: pass
try:
    text = open(find_spec("torch").submodule_search_locations[0] + "/version.py").read()
    print("cuda=" + re.search("^cuda[^=]*= *.(\\\\d[\\\\d.]*)", text, re.M).group(1))
except Exception: pass' 2>/dev/null ;;
  esac
fi`

/** Where the base is: a folder, the hub's cache, or the hub itself. */
function base(id: string): string {
  if (/^[/~.]/.test(id)) return `[ -f ${quote(`${id}/config.json`)} ] && echo base=there || echo base=absent`
  const cached = `models--${id.replaceAll('/', '--')}`
  return `hub=\${HF_HUB_CACHE:-\${HF_HOME:-\${XDG_CACHE_HOME:-$HOME/.cache}/huggingface}/hub}
b="$hub"/${quote(cached)}
if [ -f ${quote(`${id}/config.json`)} ]; then echo base=there
elif ls "$b"/snapshots/*/config.json >/dev/null 2>&1; then
  if ls "$b"/blobs/*.incomplete >/dev/null 2>&1; then echo base=partial; else echo "base=cached"; fi
elif [ "\${HF_HUB_OFFLINE:-0}" != 0 ]; then echo base=offline
elif command -v curl >/dev/null; then
  echo "base=http $(curl -sIL -m ${HUB_PATIENCE} -o /dev/null -w '%{http_code}' "\${HF_ENDPOINT:-https://huggingface.co}"/${quote(`${id}/resolve/main/config.json`)} 2>/dev/null)"
else echo base=unknown
fi`
}

/** Whether something listens on a port already: /proc/net has it in hexadecimal. */
function port(number: string): string {
  const hex = Number(number).toString(16).toUpperCase().padStart(4, '0')
  return `grep -qs ${quote(`^ *[0-9]*: [0-9A-F]*:${hex} [0-9A-F]*:0000 0A`)} /proc/net/tcp /proc/net/tcp6 && echo port=${quote(number)}`
}
