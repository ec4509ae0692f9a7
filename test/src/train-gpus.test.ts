// GPU memory and load beside the curve: sampled on the far side by the job's own watch. There is no GPU here: nvidia-smi
// is a fake that prints two of them in its format, the figures growing from call to call.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plot } from '../../src/show/index.js'
import { attach, type TrainStep, train } from '../../src/train/index.js'
import { BASE, remove, temporary, writeSet } from './train.data.js'
import { hasSshd, type Sshd, standInTrainer, startSshd } from './train.sshd.js'

/** As `nvidia-smi --query-gpu=memory.used,memory.total,utilization.gpu --format=csv,noheader,nounits` prints it. */
const FAKE = `#!/bin/sh
case "$*" in
*memory.used,memory.total,utilization.gpu*)
  n=$(($(cat "$0.calls" 2>/dev/null || echo 0) + 1)); echo $n > "$0.calls"
  echo "$((60000 + n * 1000)), 81559, 98"
  echo "$((50000 + n * 1000)), 81559, 90" ;;
*) exit 9 ;;
esac
`

describe.skipIf(!hasSshd)('GPUs of a run', () => {
  let root: string
  let sshd: Sshd
  beforeAll(async () => {
    root = temporary()
    sshd = await startSshd(path.join(root, 'sshd'))
  })
  afterAll(async () => {
    await sshd.close()
    remove(root)
  })

  it('are sampled while nobody looks, and stand at the steps at which they were', async () => {
    const bin = path.join(root, 'fake')
    mkdirSync(bin)
    writeFileSync(path.join(bin, 'nvidia-smi'), FAKE, { mode: 0o755 })
    const dir = path.join(root, 'work')
    const run = await train(writeSet(dir), {
      ...{
        base: BASE,
        on: 'ssh://box',
        in: { dir },
        folder: path.join(root, 'far'),
        sshConfig: sshd.config,
        force: true,
      },
      setup: `PATH='${bin}':'${standInTrainer(root)}':$PATH; export PRACTICE_SECONDS=22`,
    })
    await run.wait()
    const calls = Number(readFileSync(path.join(bin, 'nvidia-smi.calls'), 'utf8'))
    expect(calls).toBeGreaterThanOrEqual(2)
    // Another process finds the same.
    const again = await attach(run.id, { in: { dir } })
    const steps: TrainStep[] = []
    for await (const step of again.steps()) steps.push(step)
    const sampled = steps.filter(({ gpu }) => gpu)
    expect(sampled.length).toBeGreaterThanOrEqual(1)
    expect(sampled.length).toBeLessThanOrEqual(calls)
    const { gpu, step } = sampled.at(-1)!
    // Every fifteen seconds: the second look comes after about two thirds of the curve.
    expect(step).toBeGreaterThan(20)
    // The fullest of the two, in gigabytes of 10^9; the mean of their loads.
    expect([...Array(calls).keys()].map((n) => ((61_000 + n * 1000) * 1.048576) / 1000)).toContain(gpu!.used)
    expect(gpu).toMatchObject({ total: (81_559 * 1.048576) / 1000, load: 0.94 })
    expect(existsSync(path.join(run.dir, 'attempts/1/gpu.csv'))).toBe(true)
    const figure = JSON.stringify(await plot.loss(again))
    expect(figure).toContain('GB of 86 GB on the fullest GPU')
  })
})
