// What the far machine has, before anything is spent on it: each number found beside the number needed.
import { Stopped } from '../stopped.js'
import type { TrainOptions } from './options.js'
import type { TrainingPlan } from './plan.js'
import { type FarMachine, quote } from './ssh/far.js'

export interface Check {
  name: string
  found: string
  needed: string
  ok: boolean
  /** What to type where it is not. */
  fix: string
}

export interface Preflight {
  checks: Check[]
  /** The user's home on the far machine, absolute. */
  home: string
}

const GB = 1e9

/** Prints `key=value` lines. Nothing here changes the machine or takes longer than a second. */
function probe(folder: string, setup: string | undefined): string {
  return `echo "home=$HOME"
echo "system=$(uname -s)"
(
${setup ? `{ ${setup}\n} >/dev/null || exit 0` : ''}
cli=$(command -v llamafactory-cli) || exit 0
echo "cli=$cli"
python=$(sed -n '1s/^#! *//p' "$cli" | tr -d '\\r')
case "$python" in */env\\ *) python=\${python##* } ;; esac
case "$python" in *python*) echo "python=$($python --version 2>&1)"; $python -c '
from importlib.metadata import version
for name in ("llamafactory", "torch", "transformers", "deepspeed"):
    try: print(name + "=" + version(name))
    except Exception: pass' 2>/dev/null ;;
esac
)
for tool in setsid nohup tail; do command -v $tool >/dev/null || echo "lacks=$tool"; done
{ command -v sha256sum || command -v shasum; } >/dev/null || echo "lacks=sha256sum"
if command -v nvidia-smi >/dev/null; then
  nvidia-smi --query-gpu=name,memory.total --format=csv,noheader,nounits 2>/dev/null | sed 's/^/gpu=/'
fi
echo "memory=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo 2>/dev/null)"
d=${folder}
while [ ! -d "$d" ] && [ "$d" != / ] && [ "$d" != . ]; do d=$(dirname "$d"); done
echo "disk=$(df -Pk "$d" | awk 'NR == 2 {print $4}')"
[ -w "$d" ] || echo "unwritable=$d"
exit 0`
}

/** A folder of the far machine in shell, where `~` is its home. */
export function shellPath(folder: string): string {
  return folder === '~' ? '"$HOME"' : folder.startsWith('~/') ? `"$HOME"/${quote(folder.slice(2))}` : quote(folder)
}

/**
 * Looks at the far machine: system, trainer and its versions, GPUs, main memory, disk.
 *
 * On the practice machine only the trainer and the tools are looked for: it needs no GPU, memory or disk.
 *
 * @throws Stopped('no-host') where it cannot be reached
 */
export async function preflight(
  far: FarMachine,
  plan: TrainingPlan,
  options: TrainOptions,
  folder: string,
): Promise<Preflight> {
  const { stdout } = await far.exec(probe(shellPath(folder), options.setup), { patience: 3 })
  const lines = stdout.toString().split('\n')
  const all = (key: string) =>
    lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1))
  const one = (key: string) => all(key)[0] ?? ''
  const checks = [trainer(one), tools(all('lacks'), one('unwritable'))]
  if (options.on !== 'practice') {
    checks.push(
      system(one('system')),
      deepspeed(one),
      gpus(all('gpu'), options),
      memory(one('memory'), plan),
      disk(one('disk'), plan),
    )
  }
  const home = one('home')
  if (!home.startsWith('/'))
    throw new Stopped(
      'no-host',
      `${options.on} gave no home folder: ${stdout.toString().slice(0, 200)}`,
      `train(data, { …, folder: '/a/folder' })`,
    )
  return { checks, home }
}

function trainer(one: (key: string) => string): Check {
  const versions = ['llamafactory', 'torch', 'transformers', 'deepspeed']
    .filter(one)
    .map((name) => `${name} ${one(name)}`)
  return {
    name: 'trainer',
    found: one('cli')
      ? [one('cli'), one('python'), ...versions].filter(Boolean).join(', ')
      : 'no llamafactory-cli on the PATH',
    needed: 'llamafactory-cli',
    ok: one('cli') !== '',
    fix: "train(data, { …, setup: '. ~/my-environment/bin/activate' })   # or there: pip install llamafactory deepspeed",
  }
}

function tools(lacks: string[], unwritable: string): Check {
  const found = [...lacks.map((tool) => `no ${tool}`), ...(unwritable ? [`no right to write in ${unwritable}`] : [])]
  return {
    name: 'tools',
    found: found.join(', ') || 'all there',
    needed: 'setsid, nohup, tail, sha256sum, a folder to write in',
    ok: found.length === 0,
    fix: unwritable ? `train(data, { …, folder: '/a/folder/of/mine' })` : 'apt-get install util-linux coreutils',
  }
}

function system(found: string): Check {
  return {
    name: 'system',
    found: found || 'unknown',
    needed: 'Linux',
    ok: found === 'Linux',
    fix: "train(data, { …, on: 'ssh://a-linux-machine' })",
  }
}

function deepspeed(one: (key: string) => string): Check {
  // Where the trainer's Python could not be asked, nothing is known, and nothing is claimed.
  const unknown = one('cli') !== '' && one('llamafactory') === ''
  return {
    name: 'DeepSpeed',
    found: one('deepspeed') || (unknown ? 'could not be asked' : 'none'),
    needed: '0.10 to 0.18.4',
    ok: unknown || one('deepspeed') !== '',
    fix: "pip install 'deepspeed<=0.18.4'   # in the trainer's Python",
  }
}

function gpus(found: string[], options: TrainOptions): Check {
  const needed = options.gpus ?? 8
  return {
    name: 'GPUs',
    found: found.length
      ? `${found.length} (${[...new Set(found.map((gpu) => `${gpu} MiB`))].join('; ')})`
      : 'none that nvidia-smi shows',
    needed: String(needed),
    ok: found.length >= needed,
    fix: found.length ? `train(data, { …, gpus: ${found.length} })` : 'nvidia-smi',
  }
}

function memory(kilobytes: string, plan: TrainingPlan): Check {
  const free = Number(kilobytes) * 1024
  const needed = plan.hostMemory
  return {
    name: 'main memory',
    found: free ? `${(free / GB).toFixed(0)} GB free` : 'unknown',
    needed: needed ? `${(needed / GB).toFixed(0)} GB for ZeRO-3 with both offloads` : 'unknown: give `parameters`',
    ok: !needed || !free || free >= needed,
    fix: "train(data, { …, method: 'lora' })   # or a smaller base, or { force: true }",
  }
}

function disk(kilobytes: string, plan: TrainingPlan): Check {
  const free = Number(kilobytes) * 1024
  const needed = plan.disk
  return {
    name: 'disk',
    found: free ? `${(free / GB).toFixed(0)} GB free` : 'unknown',
    needed: needed
      ? `${(needed / GB).toFixed(0)} GB for checkpoints, weights and the base`
      : 'unknown: give `parameters`',
    ok: !needed || !free || free >= needed,
    fix: "train(data, { …, folder: '/a/larger/disk/skylab' })",
  }
}

/**
 * Goes on only where every check holds, or where `force` is set.
 *
 * @throws Stopped('no-tool' | 'disk' | 'no-host') with everything that is missing, and the first fix
 */
export function demand(preflight: Preflight, options: Pick<TrainOptions, 'on' | 'force'>): void {
  const failed = preflight.checks.filter((check) => !check.ok)
  const first = failed[0]
  if (!first || options.force) return
  const code =
    first.name === 'disk'
      ? 'disk'
      : first.name === 'trainer' || first.name === 'tools' || first.name === 'DeepSpeed'
        ? 'no-tool'
        : 'no-host'
  const missing = failed.map((check) => `${check.name}: found ${check.found}; needed ${check.needed}`).join('. ')
  throw new Stopped(
    code,
    `${options.on} is not ready. ${missing}.`,
    `${first.fix}   # { force: true } starts it all the same`,
  )
}
