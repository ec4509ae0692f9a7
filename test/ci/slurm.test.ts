// Training and row steps through a real Slurm of two nodes, its login node behind a real sshd. The trainer is
// the practice machine's stand-in.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { attach, type Run, rowsArray, runs, type TrainOptions, train } from '../../src/train/index.js'
import { BASE, remove, temporary, writeSet } from '../src/train.data.js'
import { type Cluster, startSlurm } from '../src/train.slurm.js'
import { type Sshd, standInTrainer, startSshd } from '../src/train.sshd.js'

const skylab = fileURLToPath(new URL('../../kernel/bin.cjs', import.meta.url))

describe('a real Slurm', () => {
  let cluster: Cluster
  let sshd: Sshd
  let root: string
  let dir: string
  let place = 0

  beforeAll(async () => {
    root = temporary()
    cluster = await startSlurm(path.join(root, 'slurm'), { nodes: 2 })
    sshd = await startSshd(path.join(root, 'sshd'), [`SetEnv SLURM_CONF=${cluster.env.SLURM_CONF}`])
  })
  afterAll(async () => {
    await cluster?.close()
    await sshd?.close()
    remove(root)
  })
  beforeEach(() => {
    dir = path.join(root, `work ${place++}`)
  })

  const options = (seconds: number, more: Partial<TrainOptions> = {}): TrainOptions => ({
    base: BASE,
    on: 'slurm://box',
    in: { dir },
    folder: `${root}/it's far`,
    setup: `PATH='${standInTrainer(root)}':$PATH; export PRACTICE_SECONDS=${seconds}`,
    sshConfig: sshd.config,
    slurm: { partition: 'main', gres: null },
    saveSteps: 5,
    ...more,
  })
  const start = (seconds: number, more?: Partial<TrainOptions>) => train(writeSet(dir), options(seconds, more))
  const number = (run: Run, attempt = 1) => readFileSync(`${run.dir}/attempts/${attempt}/how`, 'utf8').trim()
  const until = async (run: Run, state: string, tries = 120) => {
    let status = await run.status()
    for (; tries > 0 && status.state !== state; tries--) {
      await sleep(250)
      status = await run.status()
    }
    expect(status.state).toBe(state)
    return status
  }
  const steps = async (run: Run) => {
    const seen: number[] = []
    for await (const { step } of run.steps()) seen.push(step)
    return seen
  }
  const all = Array.from({ length: 77 }, (_, index) => index + 1)

  it('runs a job from the login node to the curve, once', async () => {
    const [run, same] = await Promise.all([start(4), start(4)])
    expect(same.id).toBe(run.id)
    expect((await steps(run)).slice(0, 77)).toEqual(all)
    expect(await run.wait()).toMatchObject({ checkpoint: `${run.dir}/output` })
    expect(readdirSync(path.join(run.dir, 'attempts'))).toEqual(['1'])
    expect(await run.status()).toMatchObject({ state: 'done', kept: `slurm ${number(run)}`, step: 78, total: 78 })
    const script = readFileSync(path.join(run.dir, 'job.sbatch'), 'utf8')
    expect(script).toContain('#SBATCH --partition=main\n')
    // Without sacct, and once the controller has forgotten the job, its own files tell.
    writeFileSync(path.join(run.dir, 'attempts/1/how'), '999999\n')
    expect(await run.state()).toBe('done')
  })

  it('says what a queued job waits for, and takes it out of the queue', async () => {
    const run = await start(60, { slurm: { partition: 'main', gres: null, extra: ['--begin=now+1hour'] } })
    const status = await until(run, 'queued')
    expect(status.why).toBe('PENDING: BeginTime')
    expect(await (await train(writeSet(dir), options(60))).state()).toBe('queued')
    expect(await run.stop()).toBe('stopped')
    expect(cluster.slurm('squeue', '-h', '-j', number(run), '-t', 'PENDING,RUNNING').trim()).toBe('')
  })

  it('stops a running job, all of it, and goes on from its checkpoint', async () => {
    const run = await start(120)
    for await (const { step } of run.steps()) if (step >= 7) break
    expect(await run.stop({ grace: 3 })).toBe('stopped')
    expect(await run.stop()).toBe('stopped')
    const status = await run.status()
    expect(status.checkpoint).toBe(`${run.dir}/output/checkpoint-5`)
    expect(processesOf(run)).toEqual([])
    // Broken off while it was written: not what training goes on from.
    const half = path.join(run.dir, 'output/checkpoint-9')
    writeFile(path.join(half, 'model.safetensors'), Buffer.from([200, 0, 0, 0, 0, 0, 0, 0, 123]))
    writeFile(path.join(half, 'trainer_state.json'), '{}')
    const again = await start(3)
    expect(again.id).toBe(run.id)
    await again.wait()
    const log = (await again.logs({ grep: /skylab|resuming/ })).join('\n')
    expect(log).toContain('output/checkpoint-9 was not written to its end')
    expect(log).toContain('resuming from output/checkpoint-5')
    expect([...new Set(await steps(again))].slice(0, 77)).toEqual(all)
  })

  it('saves at the time limit, is queued again, and goes on', async () => {
    const run = await start(75, {
      slurm: { partition: 'main', gres: null, time: '1', before: 1 },
      settings: { enable_jit_checkpoint: true },
    })
    expect((await steps(run)).slice(0, 77)).toEqual(all)
    expect(await run.state()).toBe('done')
    const attempts = readdirSync(path.join(run.dir, 'attempts'))
    expect(attempts.length).toBeGreaterThanOrEqual(2)
    expect(number(run, 2)).toBe(number(run))
    expect(readFileSync(path.join(run.dir, 'attempts/1/stopped'), 'utf8').trim()).toBe('requeue')
    // Not from the first step again.
    expect(readFileSync(path.join(run.dir, 'attempts/2/log.txt'), 'utf8')).toMatch(
      /resuming from output\/checkpoint-\d+/,
    )
  })

  it('gives torchrun its meeting point on two machines', async () => {
    const seen = path.join(root, 'seen')
    const run = await start(2, {
      nodes: 2,
      gpus: 4,
      setup: `PATH='${standInTrainer(root)}':$PATH; export PRACTICE_SECONDS=2; env | grep -E '^(MASTER_|N[NP]|NODE_RANK|FORCE)' | sort > ${seen}-$NODE_RANK`,
    })
    await run.wait()
    const of = (rank: number) =>
      Object.fromEntries(
        readFileSync(`${seen}-${rank}`, 'utf8')
          .trim()
          .split('\n')
          .map((line) => line.split('=')),
      )
    const [first, second] = [of(0), of(1)]
    expect(first).toMatchObject({
      NNODES: '2',
      NPROC_PER_NODE: '4',
      NODE_RANK: '0',
      FORCE_TORCHRUN: '1',
      MASTER_ADDR: 'node0',
    })
    expect(second).toEqual({ ...first, NODE_RANK: '1' })
    expect(Number(first.MASTER_PORT)).toBe(20_000 + (Number(number(run)) % 20_000))
    expect(existsSync(path.join(run.dir, 'attempts/1/node-1/log.txt'))).toBe(true)
  })

  it('tells a controller that is down from a job that is gone', async () => {
    const run = await start(25)
    for await (const { step } of run.steps()) if (step >= 3) break
    await cluster.controller(false)
    try {
      expect(await run.state()).toBe('running')
    } finally {
      await cluster.controller(true)
    }
    await run.wait()
    expect(await run.state()).toBe('done')
  })

  it('tells how a job failed, and refuses what Slurm refuses', async () => {
    const run = await start(1, { settings: { dataset: 'other' } })
    await expect(run.wait()).rejects.toThrow(/ended with exit status 1.*Undefined dataset other/s)
    expect(await run.state()).toBe('failed')
    await expect(start(1, { slurm: { partition: 'none' } })).rejects.toThrow(/has no partition none; it has main/)
    await expect(start(1, { slurm: { gres: 'gpu:8' }, epochs: 2 })).rejects.toThrow(
      /Slurm does not take the job: sbatch: error/,
    )
  })

  it('is found from elsewhere, by host and folder', async () => {
    const run = await start(2)
    const found = await attach(run.id, { on: 'slurm://box', folder: `${root}/it's far`, sshConfig: sshd.config })
    await found.wait()
    const listed = await runs({ in: { dir }, on: 'slurm://box', folder: `${root}/it's far`, sshConfig: sshd.config })
    expect(listed.filter(({ id }) => id === run.id)).toMatchObject([{ state: 'done' }])
    expect(listed.length).toBeGreaterThan(4)
  })

  it('sends rows through an array of jobs, runs what failed again alone, and joins the parts', async () => {
    const rows = Array.from({ length: 103 }, (_, n) => ({
      n,
      gold: String(n),
      pred: n % 7 === 0 ? 'x' : `\\boxed{${n}}`,
    }))
    const broken = path.join(root, 'broken')
    writeFileSync(broken, '')
    const call = () =>
      rowsArray('grade', rows, {
        on: 'slurm://box',
        in: { dir },
        shards: 5,
        folder: `${root}/it's far`,
        sshConfig: sshd.config,
        slurm: { gres: null },
        // The third task fails the first time.
        setup: `if [ $i = 3 ] && [ -f ${broken} ]; then rm ${broken}; exit 7; fi`,
        command: `'${process.execPath}' '${skylab}'`,
      })
    const graded = await call()
    expect(graded.map(({ n, equal }) => [n, equal])).toEqual(rows.map(({ n }) => [n, n % 7 !== 0]))
    const far = readdirSync(`${root}/it's far`).find((name) => name.startsWith('rows-grade'))!
    expect(readdirSync(`${root}/it's far/${far}/tries`)).toEqual(['1', '2'])
    // Asked again, nothing is submitted.
    expect(await call()).toEqual(graded)
    expect(readdirSync(`${root}/it's far/${far}/tries`)).toEqual(['1', '2'])
    rmSync(`${root}/it's far/${far}`, { recursive: true })
  })
})

function writeFile(file: string, content: string | Buffer): void {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, content)
}

function processesOf(run: Run): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`SKYLAB_JOB=${run.dir}/`)
    } catch {
      return false
    }
  })
}
