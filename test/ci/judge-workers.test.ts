// The same verdicts with one worker and with eight: 300 programs that end in every way there is.
import { afterAll, describe, expect, it } from 'vitest'
import type { Sample } from '../../src/rows.js'
import { closeRunners, pythonRunner, verify } from '../../src/verify/index.js'
// @ts-expect-error: plain JavaScript, shared with the benchmark
import { agreementRows } from '../bench/judge/agreement.mjs'

const native = await pythonRunner()
afterAll(closeRunners)

describe.skipIf(native.runner !== 'native')('verdicts (skipped: bubblewrap or python3 is not here)', () => {
  it('do not depend on how many are judged at once', { timeout: 600_000 }, async () => {
    const rows = agreementRows(300) as (Sample & { want: string })[]
    const said = async (workers: number) =>
      (await verify(rows, { workers })).map(({ id, verdict }) => `${id} ${verdict.ok ? 'ok' : verdict.why}`)
    const wanted = rows.map(({ id, want }) => `${id} ${want}`)
    expect(await said(1)).toEqual(wanted)
    expect(await said(8)).toEqual(wanted)
  })
})
