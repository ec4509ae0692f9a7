import { spawn } from 'node:child_process'
import { afterAll, describe, expect, it } from 'vitest'
import { closeRunners, judge, pythonRunner } from '../../src/verify/index.js'
import { all, mixed } from '../bench/judge-speed.mjs'

afterAll(closeRunners)

describe.skipIf((await pythonRunner()).runner !== 'native')(
  'verdicts (skipped: bubblewrap or python3 is not here)',
  () => {
    it('are the same alone and with eight workers on a busy machine', async () => {
      const tasks = mixed(40)
      const quiet = await all(judge, tasks, 1)
      const load = [0, 1].map(() => spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore' }))
      try {
        expect(await all(judge, tasks, 8)).toEqual(quiet)
      } finally {
        for (const one of load) one.kill('SIGKILL')
      }
      expect(new Set(quiet)).toEqual(
        new Set(['accepted', 'wrong-answer', 'runtime-error', 'time-limit', 'memory-limit']),
      )
    })
  },
)
