// Faults, injected into training on a real sshd: each does its harm at a random step, says what the status must
// be, and in the end the run must be done with every step of its curve. The trainer is the practice stand-in.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { attach, type Run, type TrainOptions, train } from '../../src/train/index.js'
import { BASE, remove, row, temporary, writeSet } from './train.data.js'
import { type Sshd, standInTrainer, startSshd } from './train.sshd.js'

/** Steps of the recording that have a loss. */
const STEPS = Array.from({ length: 77 }, (_, index) => index + 1)

export interface Place {
  root: string
  sshd: Sshd
  /** Seconds that `date` on the far side is off. */
  skew(seconds: number): void
  close(): Promise<void>
}

export async function startPlace(): Promise<Place> {
  const root = temporary()
  // A `date` that can be wrong, before all others on the far side's PATH.
  const bin = path.join(root, 'clock')
  mkdirSync(bin)
  const offset = path.join(root, 'offset')
  writeFileSync(offset, '0')
  writeFileSync(
    path.join(bin, 'date'),
    `#!/bin/sh\nif [ "$*" = +%s ]; then echo $(($(/bin/date +%s) + $(cat '${offset}'))); else exec /bin/date "$@"; fi\n`,
  )
  chmodSync(path.join(bin, 'date'), 0o755)
  const sshd = await startSshd(path.join(root, 'sshd'), [`SetEnv PATH=${bin}:/usr/local/bin:/usr/bin:/bin`])
  return {
    root,
    sshd,
    skew: (seconds) => writeFileSync(offset, String(seconds)),
    close: async () => {
      await sshd.close()
      remove(root)
    },
  }
}

/** What a fault is given: a fresh workspace, and the ways to launch in it. */
interface Ground extends Place {
  dir: string
  /** The job's folder goes under this one. */
  far: string
  random(): number
  options(more?: Partial<TrainOptions>): TrainOptions
  launch(more?: Partial<TrainOptions>): Promise<Run>
  /** A launch in a process of its own. */
  elsewhere(): ChildProcess
  /** Waits until the log has so many steps; a random number where none is given. */
  reach(run: Run, step?: number): Promise<number>
}

type Fault = (ground: Ground) => Promise<string>

/** Random numbers from a seed: mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const attempts = (run: Run) => readdirSync(path.join(run.dir, 'attempts')).filter((name) => /^\d+$/.test(name)).length

/** Follows to the end: every step once, in order. */
async function whole(run: Run): Promise<void> {
  const seen: number[] = []
  for await (const { step } of run.steps()) seen.push(step)
  expect(seen.slice(0, STEPS.length)).toEqual(STEPS)
  expect(await run.state()).toBe('done')
}

function processes(run: Run): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`SKYLAB_JOB=${run.dir}/`) ? [Number(pid)] : []
    } catch {
      return []
    }
  })
}

const trainers = (run: Run) =>
  processes(run).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('trainer.js')
    } catch {
      return false
    }
  })

async function killAll(run: Run): Promise<void> {
  for (let tries = 0; processes(run).length > 0 && tries < 50; tries++) {
    for (const pid of processes(run)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It went by itself.
      }
    }
    await sleep(50)
  }
}

/** Every kind of fault, by its name; each gives the status that was seen. */
export const faults: Record<string, Fault> = {
  async 'connection killed'({ launch, reach, sshd, random }) {
    const run = await launch()
    await reach(run)
    let cuts = 3 + Math.floor(random() * 6)
    const cutting = setInterval(() => (cuts-- > 0 ? sshd.cut() : clearInterval(cutting)), 300 + random() * 1200)
    try {
      await whole(run)
    } finally {
      clearInterval(cutting)
    }
    return 'running, followed through'
  },
  async 'network away'({ launch, reach, sshd, random }) {
    const run = await launch()
    await reach(run)
    sshd.deaf(true)
    setTimeout(() => sshd.deaf(false), 1000 + random() * 3000)
    await whole(run)
    return 'running, followed through'
  },
  async 'launcher killed'({ elsewhere, launch, random }) {
    const child = elsewhere()
    await sleep(300 + random() * 2500)
    child.kill('SIGKILL')
    const run = await launch()
    await whole(run)
    expect(attempts(run)).toBe(1)
    return 'running'
  },
  async 'two launchers at once'({ elsewhere, launch }) {
    const children = [elsewhere(), elsewhere()]
    const [run] = await Promise.all([launch(), launch()])
    await whole(run!)
    for (const child of children) if (child.exitCode === null) await new Promise((done) => child.once('exit', done))
    expect(attempts(run!)).toBe(1)
    return 'running, one job'
  },
  async 'connection killed in an upload'({ dir, options, sshd, random }) {
    const rows = Array.from({ length: 4000 }, (_, n) => row(`${n}?`, randomBytes(500).toString('hex')))
    sshd.cutAfter(300_000 + random() * 3_000_000)
    const run = await train(writeSet(dir, rows), options())
    await whole(run)
    return 'running, data verified'
  },
  async 'trainer crashes'({ launch, reach }) {
    const run = await launch()
    await reach(run, 12)
    for (const pid of trainers(run)) process.kill(pid, 'SIGKILL')
    await expect(run.wait()).rejects.toThrow(/ended with exit status 137/)
    const again = await launch()
    await whole(again)
    expect(attempts(again)).toBe(2)
    return 'failed, exit status 137'
  },
  async 'job killed without a word'({ launch, reach }) {
    const run = await launch()
    await reach(run)
    await killAll(run)
    await expect(run.wait()).rejects.toThrow(/without leaving an exit status/)
    await whole(await launch())
    return 'failed, no exit status'
  },
  async 'machine rebooted'({ launch, reach }) {
    const run = await launch()
    await reach(run, 12)
    await killAll(run)
    // The next boot has another id; this machine stays up, so the job's note of it is changed instead.
    writeFileSync(path.join(run.dir, 'attempts/1/boot'), '00000000-0000-0000-0000-000000000000\n')
    await expect(run.wait()).rejects.toThrow(/when its machine was started anew/)
    const again = await launch()
    await whole(again)
    expect((await again.logs({ grep: 'resuming' })).join()).toMatch(/checkpoint-\d0/)
    return 'failed, rebooted'
  },
  async 'half-written checkpoint'({ launch, reach, random }) {
    const run = await launch()
    await reach(run, 12)
    await killAll(run)
    const half = path.join(run.dir, 'output/checkpoint-76')
    mkdirSync(half)
    const size = 1000 + Math.floor(random() * 1000)
    const header = JSON.stringify({ w: { dtype: 'F32', shape: [size], data_offsets: [0, 4 * size] } })
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(header.length))
    const tensor = Buffer.concat([length, Buffer.from(header), Buffer.alloc(4 * size)])
    writeFileSync(
      path.join(half, 'model.safetensors'),
      tensor.subarray(0, tensor.length - 1 - Math.floor(random() * size)),
    )
    writeFileSync(path.join(half, 'trainer_state.json'), '{ "global_step": 76 }\n')
    const status = await run.status()
    expect(status.checkpoint).toMatch(/checkpoint-\d0$/)
    await whole(await launch())
    expect((await run.logs({ grep: '[skylab]' })).join('\n')).toContain('checkpoint-76 was not written to its end')
    return 'failed, last whole checkpoint named'
  },
  async 'disk full'({ far, launch, reach }) {
    mkdirSync(far, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', far])
    try {
      const run = await launch()
      await reach(run, 12)
      // dd ends with an error when there is no room left, which is what is wanted.
      const fill = spawn('dd', ['if=/dev/zero', `of=${far}/filler`, 'bs=4k'], { stdio: 'ignore' })
      await new Promise((done) => fill.once('exit', done))
      await expect(run.wait()).rejects.toMatchObject({ code: 'failed' })
      const { why } = await run.status()
      expect(why).toMatch(/^with exit status 1$/)
      // Launched while it is still full: said as what it is.
      const refused = await launch({ epochs: 2 }).catch((error: Error) => error)
      expect(refused).toMatchObject({ code: 'disk' })
      rmSync(`${far}/filler`)
      await whole(await launch())
      return `failed ${why}`
    } finally {
      await sleep(2500)
      execFileSync('umount', ['-l', far])
    }
  },
  async 'clocks differ'({ launch, reach, skew, random }) {
    const off = Math.round((random() - 0.5) * 2_000_000)
    skew(off)
    try {
      const run = await launch()
      await reach(run)
      expect(await run.state()).toBe('running')
      skew(-off)
      const status = await run.status()
      expect(status.state).toBe('running')
      await whole(run)
      const { hours } = await run.status()
      expect(hours).toBeLessThan(0.1)
      return `running, hours right (off by ${off} s)`
    } finally {
      skew(0)
    }
  },
  async 'sshd restarted'({ launch, reach, sshd }) {
    const run = await launch()
    await reach(run)
    await sshd.restart()
    await whole(run)
    return 'running, followed through'
  },
  async 'half-written status files'({ launch, reach, random }) {
    const run = await launch()
    await reach(run)
    const torn = ['', '1', '17x', '\0\0\0\0', '\n', '{"a"']
    for (const name of ['started', 'seconds', 'boot', 'how', 'exit.new', 'stop.new'])
      writeFileSync(path.join(run.dir, 'attempts/1', name), torn[Math.floor(random() * torn.length)]!)
    writeFileSync(path.join(run.dir, 'limit.new'), '1')
    const job = readFileSync(path.join(run.dir, 'job.json'))
    writeFileSync(path.join(run.dir, 'job.json'), job.subarray(0, Math.floor(random() * job.length)))
    expect(await run.state()).toBe('running')
    await whole(run)
    return 'running'
  },
  async 'far folder deleted'({ launch, reach, far, sshd }) {
    const run = await launch()
    await reach(run)
    rmSync(run.dir, { recursive: true, force: true, maxRetries: 5 })
    await expect(run.state()).rejects.toMatchObject({ code: 'no-run' })
    const said = await run.state().catch((error: Error) => error.message)
    if (processes(run).length > 0) expect(said).toMatch(/of its processes still run/)
    await run.stop({ grace: 5 })
    expect(processes(run)).toEqual([])
    await expect(attach(run.id, { on: 'ssh://box', folder: far, sshConfig: sshd.config })).rejects.toMatchObject({
      code: 'no-run',
    })
    rmSync(run.dir, { recursive: true, force: true })
    await whole(await launch())
    return 'gone, its processes named and ended'
  },
  async 'log moved or replaced'({ launch, reach, random }) {
    const run = await launch()
    const seen: number[] = []
    const following = (async () => {
      for await (const { step } of run.steps()) seen.push(step)
    })()
    await reach(run)
    const log = path.join(run.dir, 'output/trainer_log.jsonl')
    if (random() < 0.5) renameSync(log, `${log}.1`)
    else {
      // Begun anew with what was in it, as a trainer does that rewrites its log.
      const text = readFileSync(log)
      rmSync(log)
      writeFileSync(log, text)
    }
    await following
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
    expect(STEPS.filter((step) => !seen.includes(step))).toEqual([])
    expect(await run.state()).toBe('done')
    return 'running, no step missed'
  },
}

let places = 0

/** Injects one fault; gives the status that was seen, or throws where something was lost or told wrongly. */
export async function inject(name: string, place: Place, random: () => number): Promise<string> {
  const { root, sshd } = place
  const dir = path.join(root, `work ${places++}`)
  const far = path.join(root, `far ${places}`)
  mkdirSync(dir, { recursive: true })
  // Those that must still run after several questions take their time.
  const seconds = /clocks|status files|folder deleted/.test(name) ? 25 : 5
  const options = (more: Partial<TrainOptions> = {}): TrainOptions => ({
    base: BASE,
    on: 'ssh://box',
    in: { dir },
    folder: far,
    setup: `PATH='${standInTrainer(root)}':$PATH; export PRACTICE_SECONDS=${seconds}`,
    sshConfig: sshd.config,
    saveSteps: 10,
    force: true,
    ...more,
  })
  const children: ChildProcess[] = []
  const ground: Ground = {
    ...place,
    dir,
    far,
    random,
    options,
    launch: (more) => train(writeSet(dir), options(more)),
    elsewhere() {
      const built = fileURLToPath(new URL('../../dist/src/train/index.js', import.meta.url))
      const script = `const { train } = await import(${JSON.stringify(built)})
const run = await train(${JSON.stringify(writeSet(dir))}, ${JSON.stringify(options())})
for await (const step of run.steps());`
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })
      children.push(child)
      return child
    },
    async reach(run, step = 1 + Math.floor(random() * (seconds > 5 ? 10 : 40))) {
      const log = path.join(run.dir, 'output/trainer_log.jsonl')
      for (let tries = 0; tries < 2400; tries++) {
        const text = existsSync(log) ? readFileSync(log, 'utf8') : ''
        if (text.split('\n').length > step) return step
        await sleep(25)
      }
      throw new Error(`${run.id} did not reach step ${step}`)
    },
  }
  try {
    return await faults[name]!(ground)
  } finally {
    for (const child of children) child.kill('SIGKILL')
  }
}

/** The faults in a random order, each as often as it fits. */
export function drawn(count: number, random: () => number): string[] {
  const names = Object.keys(faults)
  const all = Array.from({ length: count }, (_, index) => names[index % names.length]!)
  for (let at = all.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    ;[all[at], all[other]] = [all[other]!, all[at]!]
  }
  return all
}
