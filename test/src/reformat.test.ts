// The step, its prompts, and what it changes.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  MARKERS,
  reformat,
  reformatEffect,
  reformatMessages,
  skylabReformat,
  skyT1Reformat,
  traceOf,
  withMarkers,
} from '../../src/reformat/index.js'
import type { Format, Sample, Verdict } from '../../src/rows.js'
import { model, recordingKey, seedFor } from '../../src/sample/index.js'
import { plot } from '../../src/show/index.js'
import { Stopped } from '../../src/stopped.js'
import { math, row, trace } from './reformat.data.js'
import { begin, end, folder, work } from './workspace-setting.js'

beforeEach(begin)
afterEach(end)

describe('reformat', () => {
  it('without a model: markers as they are, else the splitter; rows keep every field and their order', async () => {
    const marked = withMarkers({ thought: 'Hm.', solution: '\\boxed{42}' })
    const rows = [
      row(),
      row({ sample: 1, text: marked }),
      row({ sample: 2, text: 'No idea.' }),
      row({ sample: 3, text: 'It is \\boxed{4', finish: 'length' }),
      row({ sample: 4, text: '', finish: 'error', failure: 'status 500' }),
      row({ sample: 5, text: marked.replace(MARKERS[3], '') }),
      row({ sample: 6, text: marked, finish: 'length' }),
      row({ sample: 7, text: '' }),
    ]
    const done = await reformat(rows)
    expect(done.map(({ format }) => (format.ok ? format.by : format.why))).toEqual([
      'split',
      'markers',
      'no-answer',
      'cut-off',
      'no-sample',
      'missing-marker',
      'cut-off',
      'no-answer',
    ])
    expect(done[0]).toMatchObject({ ...rows[0], thought: rows[0]!.text, solution: 'Six times seven is \\boxed{42}.' })
    expect(done[1]).toMatchObject({ thought: 'Hm.', solution: '\\boxed{42}' })
    expect(done[4]!.format).toMatchObject({ detail: 'status 500' })
    for (const [i, one] of done.entries()) {
      expect(one).toMatchObject(rows[i]!)
      if (!one.format.ok) expect(one).not.toHaveProperty('thought')
    }
  })

  it('takes an async iterable and gives rows as they finish', async () => {
    async function* rows() {
      yield row()
      yield row({ sample: 1 })
    }
    const seen: number[] = []
    for await (const one of reformat(rows())) seen.push(one.sample)
    expect(seen.sort()).toEqual([0, 1])
  })

  /** What a model would answer, as a recording that is replayed over HTTP. */
  function recorded(answers: [Sample, string, ('stop' | 'length')?][], base = 0): string {
    const lines = answers.map(([sample, content, finish = 'stop']) => {
      const messages = reformatMessages(traceOf(sample), sample)
      const seed = seedFor(sample.id, sample.sample, base)
      return {
        key: recordingKey('rewriter', messages, seed),
        model: 'rewriter',
        messages,
        seed,
        index: 0,
        answer: { content, finish, usage: { prompt: 10, completion: 10 } },
        for: { stage: 'reformat', problem: sample.id, sample: sample.sample },
        origin: 'written for this project',
      }
    })
    const file = path.join(folder, 'rewriter.jsonl')
    writeFileSync(file, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`)
    return file
  }

  it('with a model: each rewrite is checked, kept on disk, and nothing stands in for a bad one', async () => {
    const rows = [0, 1, 2, 3, 4, 5].map((sample) => row({ sample, text: trace }))
    rows[3]!.finish = 'length'
    rows[4]!.text = withMarkers({ thought: 'Hm.', solution: '\\boxed{42}' })
    rows[5]!.reasoning = 'First I wondered what to do with a question as short as this one.'
    const good = withMarkers({ thought: trace, solution: 'It is \\boxed{42}.' })
    const replay = recorded([
      [rows[0]!, good],
      [rows[1]!, 'Of course! Here it is.'],
      [rows[2]!, good, 'length'],
      [rows[5]!, withMarkers({ thought: `${rows[5]!.reasoning}\n\n${trace}`, solution: 'It is \\boxed{42}.' })],
    ])
    const rewriter = model('rewriter', { replay })
    const done = await reformat(rows, { model: rewriter, in: work })
    expect(done.map(({ format }) => (format.ok ? format.by : format.why))).toEqual([
      'model',
      'missing-marker',
      'cut-off',
      'cut-off',
      'markers',
      'model',
    ])
    expect(done[0]).toMatchObject({
      thought: trace,
      solution: 'It is \\boxed{42}.',
      format: { ok: true, by: 'model', model: 'rewriter' },
    })
    expect(done[5]!.thought).toMatch(/^First I wondered/)
    expect(done[0]!.format).toMatchObject({ copy: { score: 1, edits: 0 }, promptSet: 'skylab' })
    expect(done[0]!.format).toHaveProperty('promptHash', skylabReformat.hash)
    expect(skylabReformat.hash).toMatch(/^[0-9a-f]{16}$/)
    // A refused rewrite can be looked at, and is no field of the row that anything reads.
    expect(done[1]!.format).toMatchObject({ rewrite: 'Of course! Here it is.' })
    expect(done[1]).not.toHaveProperty('solution')
    // The two that were not sent left nothing in the journal; a second run asks nobody.
    expect(await work.rows('reformat')).toHaveLength(4)
    rmSync(replay)
    writeFileSync(replay, '')
    expect(await reformat(rows, { model: rewriter, in: work })).toEqual(done)
    // Another seed asks anew, what was refused too.
    const again = await reformat([rows[1]!], {
      model: model('rewriter', { replay: recorded([[rows[1]!, good]], 1) }),
      in: work,
      seed: 1,
    })
    expect(again[0]!.format).toMatchObject({ ok: true, by: 'model' })
    expect(() => reformat(rows, { model: rewriter, in: work, seed: '1' as never })).toThrow("seed is '1'")
  })

  it('the splitter first: the model is asked only where it finds nothing, and once', async () => {
    const unboxed = trace.replace('\\boxed{42}', '42')
    const rows = [
      row({ text: trace }),
      row({ sample: 1, text: unboxed }),
      row({ sample: 2, text: `${MARKERS[0]}\n\n${trace}` }),
      row({ sample: 3, text: trace, finish: 'length' }),
    ]
    const replay = recorded([
      [rows[1]!, withMarkers({ thought: unboxed, solution: 'It is \\boxed{42}.' })],
      [rows[2]!, withMarkers({ thought: trace, solution: 'It is \\boxed{42}.' })],
    ])
    const rewriter = model('rewriter', { replay })
    const done = await reformat(rows, { model: rewriter, split: 'first', in: work })
    expect(done.map(({ format }) => (format.ok ? format.by : format.why))).toEqual([
      'split',
      'model',
      'model',
      'cut-off',
    ])
    expect(await work.rows('reformat')).toHaveLength(2)
    writeFileSync(replay, '')
    expect(await reformat(rows, { model: rewriter, split: 'first', in: work })).toEqual(done)
    expect(await reformat(rows)).toMatchObject([
      { format: { by: 'split' } },
      { format: { why: 'no-answer' } },
      { format: { why: 'missing-marker' } },
      { format: { why: 'cut-off' } },
    ])
    expect(() => reformat(rows, { split: 'never' })).toThrow(/no model/)
    expect(() => reformat(rows, { model: rewriter, split: 'last' as never })).toThrow(/split is "last"/)
  })

  it('bad calls say what was given', () => {
    for (const call of [
      () => reformat(null as never),
      () => reformat([], { model: 'x' as never }),
      () => reformat([], { maxTokens: 0 }),
      () => reformat([], { in: {} as never }),
    ]) {
      expect(call).toThrow(Stopped)
    }
  })

  it('the prompt asks for the four markers and, for code, one block', () => {
    const [system, user] = reformatMessages('THE TRACE', { kind: 'code' })
    expect(system!.role).toBe('system')
    for (const marker of MARKERS) expect(user!.content.split(marker)).toHaveLength(2)
    expect(user!.content).toMatch(/exactly one fenced code block/)
    expect(user!.content).toMatch(/word for word/)
    expect(user!.content).toContain('THE TRACE')
    expect(reformatMessages('x', { kind: 'math' })[1]!.content).not.toMatch(/code block/)
  })

  it("the original's prompt is read from a checkout, and refused where it is another", async () => {
    const scripts = path.join(folder, 'SkyThought/scripts')
    mkdirSync(scripts, { recursive: true })
    const write = (prompt: string) =>
      writeFileSync(
        path.join(scripts, 'prompts.py'),
        `other = "x"\nconvert_prompt = "${prompt}"\nconvert_prompt_example = (  # noqa\n    "a\\n"\n    "b"  # noqa\n)\n`,
      )
    write('Convert \\\n{example} {{and}} {content}')
    await expect(skyT1Reformat(path.join(folder, 'SkyThought'))).rejects.toMatchObject({
      code: 'bad-data',
      message: expect.stringMatching(/convert_prompt in .* begins with [0-9a-f]{16}, not with 5468bea73cd9edbd/),
    })
    await expect(skyT1Reformat(path.join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'no-file' })
    writeFileSync(path.join(scripts, 'prompts.py'), 'x = 1\n')
    await expect(skyT1Reformat(path.join(scripts, 'prompts.py'))).rejects.toThrow(/has no text convert_prompt/)
    expect(() => reformat([], { prompts: 'sky-t1' as never })).toThrow(/prompts is "sky-t1"/)
  })

  it.skipIf(!process.env.SKYLAB_SKYTHOUGHT)(
    'the real one asks for the slip (SKYLAB_SKYTHOUGHT names a checkout)',
    async () => {
      const prompts = await skyT1Reformat(process.env.SKYLAB_SKYTHOUGHT!)
      const [system, user] = prompts.messages('THE {TRACE}', math)
      expect(system!.content).toBe('You are a solution format convertor.')
      expect(user!.content).toContain('<|begin_of_slow_thought|>')
      expect(user!.content).toContain('THE {TRACE}')
      expect(user!.content.length).toBeGreaterThan(4034 + 850)
      expect(prompts.slow).toBe(true)
    },
  )

  it('stray markers are not sent', () => {
    expect(traceOf(row({ text: `${MARKERS[0]}\n\nHm. \\boxed{1}` }))).toBe('Hm. \\boxed{1}')
    expect(traceOf(row({ text: ' as it is \n' }))).toBe(' as it is \n')
  })
})

describe('the effect of reformatting', () => {
  const judged = (over: Partial<Sample>, verdict: Verdict, format?: Format) => ({
    ...row(over),
    verdict,
    ...(format && { format }),
  })
  const right = { ok: true as const, how: 'tests' }
  const wrong = (why: 'wrong' | 'no-answer' | 'altered-thought') => ({ ok: false as const, why, detail: '' })
  const split = { ok: true as const, by: 'split' as const }
  const code = { kind: 'code', domain: 'code' } as const
  const tried = [{ block: 2, why: 'wrong' as const, passed: 0 }]
  const before = [
    judged({ ...code, sample: 0 }, { ...right, tried }),
    judged({ ...code, sample: 1 }, right),
    judged({ ...code, sample: 2 }, wrong('no-answer')),
    judged({ sample: 3 }, right),
    judged({ sample: 9 }, right),
  ]
  const after = [
    judged({ ...code, sample: 2 }, wrong('wrong'), split),
    judged({ ...code, sample: 0 }, right, split),
    judged({ ...code, sample: 1 }, right, split),
    judged({ sample: 3 }, wrong('altered-thought'), { ok: false, why: 'altered-thought', detail: '' }),
  ]

  it('pairs the answers, and before counts a program only by its last block', () => {
    const effect = reformatEffect(before, after)
    expect(effect.map(({ domain, n, won, lost }) => [domain, n, won, lost])).toEqual([
      ['math', 1, 0, 1],
      ['code', 3, 1, 0],
      ['all', 4, 1, 1],
    ])
    const [, own] = effect
    expect(own!.passed.before.value).toBeCloseTo(1 / 3)
    expect(own!.passed.after.value).toBeCloseTo(2 / 3)
    expect(own!.parsed.before.value).toBeCloseTo(2 / 3)
    expect(own!.parsed.after.value).toBe(1)
    expect(own!.passed.after.low).toBeLessThan(2 / 3)
    expect(reformatEffect([], after)).toEqual([])
  })

  it('is drawn, with what the report says beside code alone', () => {
    const figure = plot.reformat(reformatEffect(before, after))
    expect(figure.summary).toMatch(/code 33.* → 66.* right \(n 3\)/)
    expect(JSON.stringify(figure)).toContain('report, after: over 90 %')
    expect(JSON.stringify(plot.reformat(reformatEffect(before, after).slice(0, 1)))).not.toContain('report, after')
    expect(() => plot.reformat([])).toThrow(/no effect/)
  })
})
