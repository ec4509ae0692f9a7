import { spawn } from 'node:child_process'
import { afterAll, describe, expect, it } from 'vitest'
import { closeRunners, judge, pythonRunner, type Task } from '../../src/verify/index.js'
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

it('are the same for JavaScript, whose clock is that of the wall', async () => {
  const work = (turns: number) =>
    `let x = 0; for (let i = 0; i < ${turns}; i++) x = (x * 31 + i) | 0; console.log(1, x)`
  const check = '(input, output) => output.startsWith("1 ")'
  const task = (program: string): Task => ({
    language: 'javascript',
    program,
    tests: [{ stdin: '', stdout: '1' }],
    checker: { language: 'javascript', source: check },
    timeLimit: 1,
  })
  // As many turns as take about half of the limit here, alone.
  const { tests } = await judge({ ...task(work(1e8)), timeLimit: 30 })
  const half = Math.round((0.5 / Math.max(0.01, tests[0]!.seconds)) * 1e8)
  const tasks = Array.from({ length: 24 }, (_, k) => task([work(half), work(100), 'for (;;);', 'null.x'][k % 4]!))
  const wanted = tasks.map((_, k) => ['accepted', 'accepted', 'time-limit', 'runtime-error'][k % 4])
  expect(await all(judge, tasks, 1)).toEqual(wanted)
  const load = [0, 1].map(() => spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore' }))
  try {
    expect(await all(judge, tasks, 8)).toEqual(wanted)
  } finally {
    for (const one of load) one.kill('SIGKILL')
  }
})
