import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, it } from 'vitest'
import { practice, problems, sample, verify, workspace } from '../../../src/index.js'
import { walk } from './walk.js'

const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-lesson-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const numbers = (text: string) => text.match(/\d+/g) ?? []

describe('lesson 03', () => {
  it('03.1: where the right program stands', async () => {
    const all = await problems('practice')
    const asked = [...all.slice(0, 6), ...all.filter(({ kind }) => kind === 'code').slice(0, 6)]
    const before = await verify(sample(asked, { model: practice.teacher(), in: workspace(folder), n: 2 }))
    const code = before.filter(({ kind }) => kind === 'code')
    const passing = code.filter(({ verdict }) => verdict.ok)
    const earlier = passing.filter(({ verdict }) => verdict.ok && verdict.tried?.length)
    await walk('03.1', {
      rows: before,
      right: earlier.length / passing.length,
      wrong: [
        [1 - earlier.length / passing.length, /the other part/],
        [earlier.length / code.length, /of all coding answers/],
        [passing.length / code.length, /pass at all/],
        [earlier.length / before.filter(({ verdict }) => verdict.ok).length, /kind === "code"/],
        [(100 * earlier.length) / passing.length, /per cent: divide by 100/],
        [0.001, /First keep the coding rows/],
      ],
    })
  }, 60_000)

  it('03.2: the numbers of a copy', () =>
    walk('03.2', {
      right: (trace: string, rewrite: string) => numbers(trace).join() === numbers(rewrite).join(),
      wrong: [
        [(trace: string, rewrite: string) => trace === rewrite, /other line ends/],
        [(trace: string, rewrite: string) => numbers(trace).length === numbers(rewrite).length, /One digit/],
        [(trace: string, rewrite: string) => numbers(trace).every((number) => rewrite.includes(number)), /count them/],
        [
          (trace: string, rewrite: string) => numbers(trace).sort().join() === numbers(rewrite).sort().join(),
          /changed places/,
        ],
        [
          (trace: string, rewrite: string) => {
            let at = 0
            return numbers(trace).every((number) => (at = rewrite.indexOf(number, at) + 1) > 0)
          },
          /one more digit/,
        ],
        [
          (trace: string, rewrite: string) => numbers(trace).every((number, i) => number === numbers(rewrite)[i]),
          /put in/,
        ],
        [() => 'yes', /true or false/],
        [true, /function itself/],
        [(trace: string[]) => trace.map(String), /threw TypeError/],
      ],
    }))
})
