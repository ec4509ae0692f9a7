import { afterAll, describe, expect, it } from 'vitest'
import { closeRunners, judge, pythonRunner, type Task } from '../../src/verify/index.js'
import type { Attack } from './judge/attack.js'
import { attacks, cheats } from './judge/attacks.js'

const native = (await pythonRunner()).runner === 'native'
afterAll(closeRunners)

const limits = { timeLimit: 2, memoryLimit: 256 }
const fine = {
  language: 'python',
  program: 'print(input())',
  tests: [{ stdin: 'ok', stdout: 'ok' }],
  ...limits,
} as const

const asTask = (attack: Attack): Task => ({
  language: 'python',
  program: attack.program,
  tests: [{ stdin: attack.stdin ?? '', stdout: 'shut\n' }],
  timeLimit: attack.timeLimit ?? 2,
  memoryLimit: attack.memoryLimit ?? 256,
})

const cheated = cheats.map((cheat) => [cheat.name, cheat] as const)
describe.each([...(native ? (['native'] as const) : []), 'pyodide' as const])('assertions, %s', (runner) => {
  it.each(cheated)('are not passed by %s', { timeout: 180_000 }, async (_name, cheat) => {
    const tests = [{ assert: cheat.assert ?? 'assert f(1) == 42' }]
    const task = { language: 'python', program: cheat.program, tests, ...limits, timeLimit: 1 } as const
    const verdict = await judge(task, { runner })
    expect(verdict.ok, JSON.stringify(verdict)).toBe(false)
  })
})

describe.skipIf(!native)('attacks, in the sandbox of the machine (skipped: bubblewrap or python3 is not here)', () => {
  it.each(attacks.map((attack) => [attack.name, attack] as const))('%s', async (_name, attack) => {
    const verdict = await judge(asTask(attack), { runner: 'native' })
    expect(attack.ends, verdict.detail).toContain(verdict.why)
    expect(await judge(fine, { runner: 'native' })).toMatchObject({ ok: true })
  })
})
