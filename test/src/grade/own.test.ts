import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Formatted } from '../../../src/rows.js'
import { view } from '../../../src/show/index.js'
import { grade, verify } from '../../../src/verify/index.js'
import { workspace } from '../../../src/workspace/index.js'

const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const row = (more: Partial<Formatted> = {}): Formatted => ({
  id: 'test/1',
  source: 'test',
  kind: 'math',
  domain: 'math',
  prompt: 'Solve it.',
  answer: '[0,\\infty)',
  sample: 0,
  model: 'written',
  asked: 'Solve it.',
  text: 'So it is \\boxed{x \\ge 0}.',
  finish: 'stop',
  usage: { prompt: 1, completion: 1 },
  dollars: null,
  seconds: 1,
  settings: { temperature: 0.7, topP: null, maxTokens: 100, seed: 1, promptSet: 'skylab', promptHash: 'x' },
  format: { ok: true, by: 'split' },
  ...more,
})
const verdictWith = async (fn: NonNullable<Parameters<typeof verify<Formatted>>[1]>['with'], one = row()) =>
  (await verify([one], { with: fn }))[0]!.verdict

describe('verify with a verifier of one’s own', () => {
  it('takes a boolean, a verdict or a grade, sync or async, and leaves undefined to ours', async () => {
    expect(await verdictWith(() => true)).toMatchObject({ ok: true })
    expect(await verdictWith(async () => false)).toMatchObject({ ok: false, why: 'wrong' })
    expect(await verdictWith(() => ({ ok: false, why: 'undecided', detail: 'half' }))).toEqual({
      ok: false,
      why: 'undecided',
      detail: 'half',
    })
    expect(await verdictWith((one) => grade('x<0', one.text))).toMatchObject({ ok: false, why: 'wrong' })
    expect(await verdictWith(() => undefined)).toMatchObject({ ok: true, how: 'set' })
    expect(
      await verdictWith(async (_one, { ours }) => {
        const verdict = await ours()
        return verdict.ok && { ...verdict, how: 'ours, seen' }
      }),
    ).toMatchObject({ ok: true, how: 'ours, seen' })
  })

  it('makes what it throws, and what is no verdict, the reason of that row alone', async () => {
    const judged = await verify([row(), row({ id: 'test/2' })], {
      with: (one) => {
        if (one.id === 'test/1') throw new RangeError('no luck')
        return 'yes' as never
      },
    })
    expect(judged.map(({ verdict }) => (verdict.ok ? '' : verdict.detail))).toEqual([
      'your verifier threw RangeError: no luck',
      'your verifier returned "yes"; it returns true, false, a verdict, a grade or undefined',
    ])
  })

  it('is not asked about rows that were lost before', async () => {
    expect(await verdictWith(() => true, row({ finish: 'length' }))).toMatchObject({ ok: false, why: 'cut-off' })
  })

  it('keeps its verdicts in a workspace until its text or its version changes; a fault is asked again', async () => {
    const work = workspace(path.join(folder, 'kept'))
    let asked = 0
    let fail = true
    const mine = () => {
      asked++
      if (fail) throw new Error('not yet')
      return true
    }
    const options = { with: mine, in: work }
    expect((await verify([row()], options))[0]!.verdict.ok).toBe(false)
    fail = false
    expect((await verify([row()], options))[0]!.verdict.ok).toBe(true)
    expect((await verify([row()], options))[0]!.verdict.ok).toBe(true)
    expect(asked).toBe(2)
    await verify([row()], { ...options, version: 2 })
    expect(asked).toBe(3)
    await work.close?.()
  })

  it('refuses an option that is none', () => {
    expect(() => verify([row()], { with: true as never })).toThrow(/got boolean/)
    expect(() => verify([row()], { units: 'none' as never })).toThrow(/units/)
  })

  it('passes the options of grade on', async () => {
    const percent = row({ answer: '25\\%', text: '\\boxed{25}' })
    expect((await verify([percent]))[0]!.verdict.ok).toBe(true)
    expect((await verify([percent], { percent: 'fraction' }))[0]!.verdict.ok).toBe(false)
  })
})

describe('view.verdict', () => {
  it('shows both answers as found and as read, and the rule', async () => {
    const [judged] = await verify([row()])
    const shown = view.verdict(judged!)
    expect(shown.text).toContain('right: set — the same elements')
    expect(shown.text).toMatch(/expected\s+\[0,\\infty\)\s+read as \[0, ∞\)/)
    expect(shown.text).toMatch(/found\s+x \\ge 0\s+read as x ≥ 0/)
    expect(shown.html).toContain('<code>x ≥ 0</code>')
  })

  it('shows a wrong one, a choice and what was never judged', async () => {
    const judged = await verify([
      row({ answer: '3/4', text: '\\boxed{0.76} <script>' }),
      row({ kind: 'choice', answer: 'B', text: 'The answer is (C).' }),
      row({ finish: 'error', failure: '429' }),
    ])
    expect(view.verdict(judged[0]!).text).toContain('not right: wrong — different values')
    expect(view.verdict(judged[0]!).html).not.toContain('<script>')
    expect(view.verdict(judged[1]!).text).toContain('different letters')
    expect(view.verdict(judged[2]!).text).toContain('not right: failed — 429')
    expect(() => view.verdict(row() as never)).toThrow(/without one/)
  })
})
