import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attach, runs as listRuns, type Run, records, type TrainOptions, train } from '../../src/train/index.js'
import { keyPair } from '../../src/train/practice/key-pair.js'
import { stopPractice } from '../../src/train/practice/machine.js'
import { BASE, remove, temporary, writeSet } from './train.data.js'

let dir: string
const children: ChildProcess[] = []
beforeEach(() => {
  dir = temporary()
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const record of records({ dir })) {
    const run = await attach(record.id, { in: { dir } })
    await run.stop(2)
  }
  await stopPractice(dir)
  remove(dir)
})

const start = (seconds: number, more: Partial<TrainOptions> = {}) =>
  train(writeSet(dir), { base: BASE, on: 'practice', in: { dir }, practice: { seconds }, ...more })

const attempts = (run: Run) => readdirSync(path.join(run.dir, 'attempts'))

async function stepsOf(run: Run): Promise<number[]> {
  const steps: number[] = []
  for await (const { step } of run.steps()) steps.push(step)
  return steps
}

const recorded = readFileSync(new URL('../../fixtures/trainer_log.jsonl', import.meta.url), 'utf8')
const allSteps = [...new Set([...recorded.matchAll(/"current_steps": (\d+)/g)].map((found) => Number(found[1])))]

describe('the practice machine', () => {
  it('runs a job from the files to the curve, and says that it is practice', async () => {
    const run = await start(2)
    expect(run.on).toBe('practice')
    expect(run.label).toBe('practice machine')
    expect(run.logOrigin).toMatch(/^practice machine: a log recorded from LLaMA-Factory \d/)
    expect(run.checkpoint).toBeNull()
    expect(await stepsOf(run)).toEqual(allSteps)
    expect(await run.wait()).toMatchObject({ checkpoint: null, dollars: null })
    expect(await run.state()).toBe('done')
    // What was recorded is what is played, byte for byte.
    expect(readFileSync(path.join(run.dir, 'output/trainer_log.jsonl'), 'utf8')).toBe(recorded)
    expect(readFileSync(path.join(run.dir, 'train.yaml'), 'utf8')).toBe(
      readFileSync(path.join(dir, 'train.yaml'), 'utf8'),
    )
    expect(await run.lastLines(1)).toEqual(['[practice] done'])
  })

  it('fetches files, verified', async () => {
    const run = await start(0.2)
    await run.wait()
    const files = await run.fetch('output/*.json')
    expect(files.map((file) => path.relative(dir, file))).toEqual(
      ['all_results', 'train_results', 'trainer_state'].map((name) => `${run.id}/output/${name}.json`),
    )
    expect(readFileSync(files[2]!)).toEqual(readFileSync(path.join(run.dir, 'output/trainer_state.json')))
    // What an earlier call left is gone on with; what is not the file's beginning is thrown away.
    writeFileSync(`${files[2]}.part`, 'something else')
    rmSync(files[2]!)
    await run.fetch('output/trainer_state.json')
    expect(readFileSync(files[2]!)).toEqual(readFileSync(path.join(run.dir, 'output/trainer_state.json')))
    await expect(run.fetch('*.bin')).rejects.toMatchObject({ code: 'no-file' })
  })

  it('starts one job, however often and from wherever it is launched', async () => {
    const launched = await Promise.all([start(3), start(3), start(3)])
    children.push(launcher(3))
    await sleep(500)
    const again = await start(3)
    expect(new Set([...launched, again].map(({ id }) => id)).size).toBe(1)
    await again.wait()
    expect(attempts(again)).toEqual(['1'])
    expect(await (await start(3)).state()).toBe('done')
    expect(attempts(again)).toEqual(['1'])
    expect(records({ dir })).toHaveLength(1)
    // Other settings are another job.
    const other = await start(0.2, { epochs: 2 })
    expect(other.id).not.toBe(again.id)
    await other.wait()
  })

  it('outlives its launcher, and its server ends with the launcher', async () => {
    const child = launcher(12)
    children.push(child)
    await until(() => /step 5\n/.test(output(child)), 40_000)
    const [record] = records({ dir })
    const servers = serversOf(dir)
    expect(servers).toHaveLength(1)
    child.kill('SIGKILL')
    await until(() => serversOf(dir).length === 0)
    const run = await attach(record!.id, { in: { dir } })
    expect(await run.state()).toBe('running')
    expect(await stepsOf(run)).toEqual(allSteps)
    expect(attempts(run)).toEqual(['1'])
  })

  it('never gets a key that its own server cannot read', async () => {
    const { default: ssh2 } = await import('ssh2')
    for (let i = 0; i < 1000; i++) {
      const pair = await keyPair()
      expect(ssh2.utils.parseKey(pair.private)).not.toBeInstanceOf(Error)
      expect(ssh2.utils.parseKey(pair.public)).not.toBeInstanceOf(Error)
    }
  })

  it('lets the process that launched it end', async () => {
    const child = launcher(3, 'only launch')
    children.push(child)
    await until(() => child.exitCode !== null, 30_000)
    expect(output(child)).toContain('launched')
    expect(child.exitCode).toBe(0)
    await until(() => serversOf(dir).length === 0)
  })

  it('is followed through a server that dies', async () => {
    const run = await start(4)
    const steps: number[] = []
    for await (const { step } of run.steps()) {
      steps.push(step)
      if (step === 10 || step === 50) await stopPractice(dir)
    }
    expect(steps).toEqual(allSteps)
  })

  it('stops, once, and starts again', async () => {
    const run = await start(30)
    for await (const { step } of run.steps()) if (step >= 3) break
    expect(await run.stop()).toBe('stopped')
    expect(await run.stop()).toBe('stopped')
    await expect(run.wait()).rejects.toMatchObject({
      code: 'interrupted',
      message: expect.stringMatching(/was stopped at step \d+ of/),
    })
    const exit = readFileSync(path.join(run.dir, 'attempts/1/exit'), 'utf8')
    expect(exit.trim()).toBe('143')
    const again = await start(1)
    expect(again.id).toBe(run.id)
    expect(await stepsOf(again)).toEqual(allSteps)
    expect(attempts(again)).toEqual(['1', '2'])
    expect(await again.stop()).toBe('done')
  })

  it('saves when it is asked to stop, where the trainer can, and goes on from there', async () => {
    const run = await start(30, { settings: { enable_jit_checkpoint: true } })
    for await (const { step } of run.steps()) if (step >= 3) break
    expect(await run.stop()).toBe('stopped')
    const status = await run.status()
    expect(status).toMatchObject({ state: 'stopped', why: 'it was asked to', attempts: 1 })
    const saved = Number(/checkpoint-(\d+)$/.exec(status.checkpoint!)![1])
    expect(saved).toBeGreaterThanOrEqual(3)
    // The trainer left 0, and was not through all the same.
    expect(readFileSync(path.join(run.dir, 'attempts/1/exit'), 'utf8').trim()).toBe('0')
    const again = await start(1, { settings: { enable_jit_checkpoint: true } })
    expect(await stepsOf(again)).toEqual(allSteps)
    expect(await again.logs({ grep: 'resuming' })).toEqual([`[practice] resuming from output/checkpoint-${saved}`])
  })

  it('ends at its limit after a checkpoint that fits, with nobody watching, and says what was spent', async () => {
    // A step takes a third of a second, a checkpoint comes every 3 s: the third one would be the first past 8 s.
    const limit = { hours: 8 / 3600 }
    const run = await start(26, { saveSteps: 9, limit })
    await until(() => existsSync(path.join(run.dir, 'attempts/1/exit')), 40_000)
    const status = await run.status()
    expect(status).toMatchObject({ state: 'stopped', why: 'it reached its limit' })
    expect(status.hours * 3600).toBeLessThanOrEqual(12)
    expect(status.checkpoint).toMatch(/checkpoint-\d+$/)
    await expect(run.wait()).rejects.toMatchObject({
      code: 'over-budget',
      message: expect.stringMatching(/reached its limit and was ended at step \d+ of 78, after 0\.00 h/),
    })
    // Used up is used up, until it is raised.
    const tight = { hours: status.hours / 2 }
    await expect(start(26, { saveSteps: 9, limit: tight })).rejects.toMatchObject({ code: 'over-budget' })
    const more = await start(1, { saveSteps: 9, limit: { hours: 1 } })
    expect(await stepsOf(more)).toEqual(allSteps)
  })

  it('gives what the trainer printed: the last lines, those with a text, those to come', async () => {
    const run = await start(2)
    const lines: string[] = []
    for await (const line of run.logs({ tail: 1 })) lines.push(line)
    expect(lines.at(-1)).toBe('[practice] done')
    expect(lines).toEqual([...new Set(lines)])
    expect(await run.logs({ grep: '2 rows' })).toEqual(['[INFO] tiny: 2 rows, 0 skipped'])
    expect(await run.logs({ grep: /^\[INFO\]/ })).toEqual(['[INFO] tiny: 2 rows, 0 skipped'])
    expect((await run.fetch('logs')).some((file) => file.endsWith('attempts/1/log.txt'))).toBe(true)
  })

  it('lists every run with how it stands', async () => {
    const done = await start(0.2)
    await done.wait()
    const going = await start(20, { epochs: 2 })
    rmSync(done.dir, { recursive: true })
    expect(await listRuns({ in: { dir } })).toMatchObject([
      { id: done.id, state: 'gone', why: 'its folder was deleted' },
      { id: going.id, state: 'running', why: '', kept: 'setsid' },
    ])
  })

  it('shows how a run failed, and starts it again', async () => {
    const run = await start(2, { practice: { seconds: 2, failAt: 20 } })
    await expect(stepsOf(run)).rejects.toMatchObject({ code: 'failed' })
    await expect(run.wait()).rejects.toThrow(/ended with exit status 1\..*told to fail at step 20/s)
    expect(await run.state()).toBe('failed')
    const again = await start(1)
    expect(await stepsOf(again)).toEqual(allSteps)
    expect(attempts(again)).toEqual(['1', '2'])
  })

  it('finds a job that was killed without a word, and starts it again', async () => {
    const run = await start(30)
    for await (const { step } of run.steps()) if (step >= 2) break
    for (const pid of pidsOf(run)) process.kill(pid, 'SIGKILL')
    await expect(run.wait()).rejects.toThrow(/without leaving an exit status/)
    expect(existsSync(path.join(run.dir, 'attempts/1/exit'))).toBe(false)
    expect(await stepsOf(await start(1))).toEqual(allSteps)
  })

  it('refuses as the real trainer would', async () => {
    const refused = async (settings: TrainOptions['settings']) => {
      const run = await start(1, { settings: settings! })
      return run.wait().then(
        () => 'no error',
        (error: Error) => error.message,
      )
    }
    expect(await refused({ do_train: false })).toContain('nothing to do')
    expect(await refused({ dataset: 'other' })).toContain('Undefined dataset other in dataset_info.json')
    expect(await refused({ deepspeed: 'none.json' })).toContain('none.json cannot be read')
  })

  it('says which run there is not', async () => {
    await expect(attach('none-123', { in: { dir } })).rejects.toMatchObject({ code: 'no-run' })
    await expect(attach('none-123', { in: { dir }, on: 'practice' })).rejects.toMatchObject({ code: 'no-run' })
    const run = await start(0.2)
    await run.wait()
    // A workspace that lost its records still finds the run on the machine.
    rmSync(path.join(dir, 'runs.jsonl'))
    const found = await attach(run.id, { in: { dir }, on: 'practice' })
    expect([found.dir, await found.state()]).toEqual([run.dir, 'done'])
    rmSync(run.dir, { recursive: true })
    await expect(found.state()).rejects.toMatchObject({ code: 'no-run' })
  })
})

// ---- a launcher in a process of its own ----

const built = fileURLToPath(new URL('../../dist/src/train/index.js', import.meta.url))
const outputs = new WeakMap<ChildProcess, string[]>()
const output = (child: ChildProcess) => outputs.get(child)!.join('')

function launcher(seconds: number, only?: string): ChildProcess {
  const script = `
    const { train } = await import(${JSON.stringify(built)})
    const data = ${JSON.stringify(writeSet(dir))}
    const run = await train(data, { base: '${BASE}', on: 'practice', in: { dir: data.dir }, practice: { seconds: ${seconds} } })
    console.log('launched')
    ${only ? '' : "for await (const { step } of run.steps()) console.log('step ' + step)"}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  outputs.set(child, lines)
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk: Buffer) => lines.push(chunk.toString()))
  return child
}

async function until(holds: () => boolean, limit = 30_000): Promise<void> {
  for (const end = Date.now() + limit; !holds(); await sleep(50))
    if (Date.now() > end) throw new Error('waited in vain')
}

function processes(file: 'cmdline' | 'environ', text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(text)
      } catch {
        return false
      }
    })
    .map(Number)
}

const serversOf = (workspace: string) => processes('cmdline', `practice/server.js\0${workspace}/`)
const pidsOf = (run: Run) => processes('environ', `SKYLAB_JOB=${run.dir}/`)
