// The checks of the pre-flight: what the far machine printed, against what the plan needs.
import { count } from '../workspace/index.js'
import { baseId } from './bases.js'
import type { TrainOptions } from './options.js'
import { gigabytes, type TrainingPlan } from './plan.js'
import type { Found } from './probe.js'
import * as versions from './versions.js'

export interface Check {
  name: string
  found: string
  needed: string
  ok: boolean
  /** What to type where it is not. */
  fix: string
}

/** The checks, from what the far machine printed. */
export function checksOf(found: Found, plan: TrainingPlan, options: TrainOptions): Check[] {
  const checks = [trainer(found), tools(found)]
  if (options.on === 'practice') return checks
  const usesDeepspeed = options.settings?.deepspeed !== null
  const usesGpus = options.settings?.use_cpu !== true
  return [
    ...checks,
    system(found),
    ...packages(found, usesDeepspeed),
    ...(usesGpus ? [...gpus(found, plan, options), driver(found), busy(found)] : []),
    memory(found, plan, usesDeepspeed),
    ...(usesGpus && plan.batch.gpus > 1 ? [shared(found)] : []),
    disk(found, plan),
    base(found, options),
    ...(options.env?.MASTER_PORT ? [port(found, options.env.MASTER_PORT)] : []),
  ]
}

function trainer(found: Found): Check {
  const failed = found.one('setup') === 'failed'
  return {
    name: 'trainer',
    found: failed
      ? '`setup` ended with an error'
      : found.one('cli')
        ? [found.one('cli'), found.one('llamafactory')].filter(Boolean).join(', ')
        : 'no llamafactory-cli on the PATH',
    needed: 'llamafactory-cli',
    ok: found.one('cli') !== '',
    fix: "train(data, { …, setup: '. ~/my-environment/bin/activate' })   # or there: pip install llamafactory deepspeed",
  }
}

function tools(found: Found): Check {
  const unwritable = found.one('unwritable')
  const missing = [
    ...found.all('lacks').map((tool) => `no ${tool}`),
    ...(unwritable ? [`no right to write in ${unwritable}`] : []),
  ]
  return {
    name: 'tools',
    found: missing.join(', ') || 'all there',
    needed: 'setsid, nohup, tail, sha256sum, a folder to write in',
    ok: missing.length === 0,
    fix: unwritable ? `train(data, { …, folder: '/a/folder/of/mine' })` : 'apt-get install util-linux coreutils',
  }
}

function system(found: Found): Check {
  return {
    name: 'system',
    found: found.one('system') || 'unknown',
    needed: 'Linux',
    ok: found.one('system') === 'Linux',
    fix: "train(data, { …, on: 'ssh://a-linux-machine' })",
  }
}

/** Versions of Python and of what the trainer is built on. */
function packages(found: Found, usesDeepspeed: boolean): Check[] {
  // Where the trainer's Python could not be asked, nothing is known, and nothing is claimed.
  const asked = found.one('llamafactory') !== ''
  const one = (name: string, key: string, rule: (version: string) => versions.Verdict, fix: string): Check => {
    const version = found.one(key)
    const { ok, needed } = rule(version || '0')
    if (!asked) return { name, found: 'could not be asked', needed, ok: true, fix }
    return { name, found: version || 'none', needed, ok: version !== '' && ok, fix }
  }
  const there = "# in the trainer's Python"
  const rule = (version: string) => versions.transformers(version, found.one('llamafactory') || '0.9.5')
  return [
    one('Python', 'python', versions.python, `python3.11 -m venv ~/lf && ~/lf/bin/pip install llamafactory deepspeed`),
    one('LLaMA-Factory', 'llamafactory', versions.llamafactory, `pip install -U llamafactory   ${there}`),
    one('torch', 'torch', versions.torch, `pip install -U torch   ${there}`),
    one('transformers', 'transformers', rule, `pip install 'transformers>=4.55,<=5.6.0,!=4.57.0'   ${there}`),
    ...(usesDeepspeed
      ? [one('DeepSpeed', 'deepspeed', versions.deepspeed, `pip install 'deepspeed>=0.10,<=0.18.4'   ${there}`)]
      : []),
  ]
}

interface Gpu {
  name: string
  /** Bytes. */
  total: number
  used: number
  driver: string
}

function gpusOf(found: Found): Gpu[] {
  return found.all('gpu').map((line) => {
    const [name = '', total, used, driver = ''] = line.split(',').map((part) => part.trim())
    return { name, total: Number(total) * 2 ** 20 || 0, used: Number(used) * 2 ** 20 || 0, driver }
  })
}

function gpus(found: Found, plan: TrainingPlan, options: TrainOptions): Check[] {
  const all = gpusOf(found)
  const needed = options.gpus ?? 8
  const smallest = Math.min(...all.map((gpu) => gpu.total - gpu.used))
  const kinds = [...new Set(all.map((gpu) => gpu.name))].join('; ')
  const checks: Check[] = [
    {
      name: 'GPUs',
      found: all.length ? `${all.length} × ${kinds}` : 'none that nvidia-smi shows',
      needed: String(needed),
      ok: all.length >= needed,
      fix: all.length ? `train(data, { …, gpus: ${all.length} })` : 'nvidia-smi',
    },
  ]
  if (all.length === 0) return checks
  const least = plan.gpuMemory
  checks.push({
    name: 'GPU memory',
    found: `${gigabytes(smallest)} free on the fullest`,
    needed: least ? `${gigabytes(least)} (estimate)` : 'unknown: the shape of the base is not known',
    ok: !least || smallest >= least,
    fix: `train(data, { …, cutoff: ${(options.cutoff ?? 16_384) / 2} })   # or settings: { enable_liger_kernel: true }`,
  })
  return checks
}

function driver(found: Found): Check {
  const [one] = gpusOf(found)
  const cuda = found.one('cuda')
  const needed = versions.driverFor(cuda)
  return {
    name: 'driver',
    found: one?.driver || 'unknown',
    needed: needed ? `${needed} for torch's CUDA ${cuda}` : 'unknown: torch does not say its CUDA',
    ok: !needed || !one?.driver || versions.compareVersions(one.driver, needed) >= 0,
    // PyPI's torch 2.8 is the last that was built for CUDA 12.
    fix: "pip install 'torch==2.8.*'   # in the trainer's Python, for a driver of the CUDA 12 generation; else a newer driver",
  }
}

/** Whoever else computes on the GPUs, or has a job of ours running. */
function busy(found: Found): Check {
  const processes = found.all('busy').filter((line) => line !== '')
  const jobs = found.all('job').map((folder) => folder.split('/').slice(-2)[0])
  const first = processes[0]?.split(',').map((part) => part.trim())
  return {
    name: 'running jobs',
    found:
      [
        ...(processes.length
          ? [`${count(processes.length, 'process', 'processes')} on the GPUs (${first![2]}, pid ${first![0]})`]
          : []),
        ...(jobs.length ? [`runs of ours: ${jobs.join(', ')}`] : []),
      ].join('; ') || 'none',
    needed: 'none',
    ok: processes.length === 0,
    fix: `nvidia-smi   # there; end what is yours, or wait; env: { CUDA_VISIBLE_DEVICES: '4,5,6,7' } leaves the others alone`,
  }
}

function memory(found: Found, plan: TrainingPlan, offloads: boolean): Check {
  const available = Number(found.one('memory')) * 1024
  const left = Number(found.one('cgroup')) - Number(found.one('cgroup_used'))
  const contained = Number.isFinite(left) && left > 0 && left < available
  const free = contained ? left : available
  // Without DeepSpeed nothing is offloaded, and the estimate is of something else.
  const needed = offloads ? plan.hostMemory : null
  return {
    name: 'main memory',
    found: free ? `${gigabytes(free)} free${contained ? ' in this container' : ''}` : 'unknown',
    needed: needed
      ? `${gigabytes(needed)} for ZeRO-3 with both offloads`
      : offloads
        ? 'unknown: give `parameters`'
        : 'nothing is offloaded',
    ok: !needed || !free || free >= needed,
    fix: "train(data, { …, method: 'lora' })   # or a smaller base, more nodes, or { force: true }",
  }
}

/** NCCL's buffers between the GPUs of one machine. Docker gives 64 MB. */
function shared(found: Found): Check {
  const kilobytes = found.one('shm')
  const free = Number(kilobytes) * 1024
  return {
    name: 'shared memory',
    found: kilobytes ? `${gigabytes(free)} free in /dev/shm` : 'no /dev/shm',
    needed: '1 GB for NCCL',
    ok: free >= 1e9,
    fix: 'docker run --shm-size=16g …   # or --ipc=host',
  }
}

function disk(found: Found, plan: TrainingPlan): Check {
  const free = Number(found.one('disk')) * 1024
  const there = ['there', 'cached'].includes(found.one('base'))
  const needed = plan.disk === null ? null : plan.disk - (there ? (plan.baseSize ?? 0) : 0)
  return {
    name: 'disk',
    found: free ? `${gigabytes(free)} free` : 'unknown',
    needed: needed
      ? `${gigabytes(needed)} for checkpoints and weights${there ? '' : ', and the base'}`
      : 'unknown: give `parameters`',
    ok: !needed || !free || free >= needed,
    fix: "train(data, { …, folder: '/a/larger/disk/skylab' })",
  }
}

function base(found: Found, options: TrainOptions): Check {
  const id = baseId(options.base)
  const said = found.one('base')
  const code = /^http (\d+)/.exec(said)?.[1]
  const login = `hf auth login   # there, with an account that was granted ${id}`
  const download = `hf download ${id}   # there, once`
  const [text, ok, fix]: [string, boolean, string] =
    said === 'there' || said === 'cached'
      ? [said === 'there' ? 'on the machine' : "in the hub's cache", true, '']
      : said === 'absent'
        ? [`no config.json in ${id}`, false, `ls ${id}   # there; or give a hub id`]
        : said === 'offline'
          ? ['not in the cache, and HF_HUB_OFFLINE is set', false, `HF_HUB_OFFLINE=0 ${download}`]
          : code === '200'
            ? ['reachable on the hub', true, '']
            : code === '401' || code === '403'
              ? ['on the hub, and gated', false, login]
              : code === '404'
                ? ['not on the hub', false, `train(data, { …, base: 'Qwen/Qwen2.5-32B-Instruct' })`]
                : code
                  ? [
                      'the hub does not answer',
                      false,
                      `${download}, where there is a network; or env: { HF_ENDPOINT: 'https://…' }`,
                    ]
                  : said === 'partial'
                    ? ["half downloaded, in the hub's cache", true, download]
                    : ['could not be looked for', true, download]
  return { name: 'base', found: text, needed: id, ok, fix }
}

function port(found: Found, number: string): Check {
  const taken = found.one('port') !== ''
  return {
    name: 'port',
    found: taken ? `${number} is taken` : `${number} is free`,
    needed: 'free, for torchrun',
    ok: !taken,
    fix: `env: { MASTER_PORT: '${Number(number) + 1}' }`,
  }
}
