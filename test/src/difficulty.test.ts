import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { levelIn, skylabDifficulty, skyT1Difficulty } from '../../src/curate/difficulty-prompt.js'
import { difficulty, difficultyAgreement, given, type Labelled } from '../../src/curate/index.js'
import { problems } from '../../src/problems/index.js'
import type { Problem } from '../../src/rows.js'
import { model } from '../../src/sample/index.js'
import { Stopped } from '../../src/stopped.js'
import { workspace } from '../../src/workspace/index.js'
import { type Act, chatServer, type Server, testHost } from './sample-server.js'

let folder: string
let server: Server | undefined
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-difficulty-'))
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await server?.close()
  server = undefined
  rmSync(folder, { recursive: true, force: true })
})

const problem = (i: number, more: Partial<Problem> = {}): Problem => ({
  id: `set/${i}`,
  source: 'set',
  kind: 'math',
  domain: 'math',
  prompt: `Question ${i}?`,
  answer: '1',
  ...more,
})

/** Answers with what `say` makes of the user's turn. */
async function labeller(say: (text: string) => string) {
  const act: Act = ({ body }, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        id: 'x',
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: say(body.messages.at(-1)!.content) },
            finish_reason: 'stop',
          },
        ],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      }),
    )
  }
  server = await chatServer(act)
  return model('m', { baseURL: server.url })
}

describe('difficulty', () => {
  it('is asked for once, in the settings of the report, and kept', async () => {
    const labels = [
      'It needs one idea. [[3]]',
      'level [6.5]',
      'Hard to say.',
      '[[0]]',
      '[[12]]',
      '[[4]] or rather [[5]]',
    ]
    const mini = await labeller((text) => labels[Number(/Question (\d+)/.exec(text)![1])]!)
    const work = workspace(path.join(folder, 'run'))
    const rows = await difficulty(
      [0, 1, 2, 3, 4, 5].map((i) => problem(i)),
      { model: mini, in: work },
    )
    expect(rows.map(({ difficulty: level, label }) => [level, label.ok ? label.level : label.why])).toEqual([
      [3, 3],
      [6.5, 6.5],
      [undefined, 'no-label'],
      [undefined, 'off-scale'],
      [undefined, 'off-scale'],
      [4, 4],
    ])
    expect(rows[0]!.label).toMatchObject({ prompt: 'skylab', hash: skylabDifficulty.hash, model: 'm', text: labels[0] })
    expect(rows[2]!.label).toMatchObject({ detail: 'no [[level]] in: "Hard to say."' })
    expect(server!.requests[0]!.body).toMatchObject({ temperature: 0.7, max_tokens: 2048 })
    const asked = server!.requests.length
    const again = await difficulty(
      [0, 1, 2, 3, 4, 5].map((i) => problem(i)),
      { model: mini, in: work },
    )
    expect(again).toEqual(rows)
    expect(server!.requests.length).toBe(asked)
    await work.close()
  })

  it('never overwrites what a problem brought, and is compared with it', async () => {
    const mini = await labeller((text) => `[[${Number(/Question (\d+)/.exec(text)![1]) + 2}]]`)
    const rows = [...Array(6).keys()].map((i) => problem(i, i < 5 ? { difficulty: Math.floor(i / 2) + 1 } : {}))
    const labelled = await difficulty(rows, { model: mini, in: workspace(path.join(folder, 'run')) })
    expect(labelled.map((row) => row.difficulty)).toEqual([1, 1, 2, 2, 3, 7])
    expect(difficultyAgreement(labelled)).toEqual({
      n: 5,
      unlabelled: 0,
      spearman: expect.closeTo(0.9487, 4),
      ordered: 1,
      byLevel: [
        { level: 1, n: 2, mean: 2.5 },
        { level: 2, n: 2, mean: 4.5 },
        { level: 3, n: 1, mean: 6 },
      ],
    })
    const turned = labelled.map((row) => ({
      ...row,
      label: { ...row.label, level: row.label.ok ? 10 - row.label.level : 0 },
    })) as Labelled[]
    expect(difficultyAgreement(turned)).toMatchObject({ ordered: 0, spearman: expect.closeTo(-0.9487, 4) })
    expect(difficultyAgreement([])).toMatchObject({ n: 0, spearman: null, ordered: null })
  })

  it('labels are what the next reading filters by', async () => {
    const mini = await labeller((text) => `[[${Number(/Question (\d+)/.exec(text)![1]) + 2}]]`)
    const file = path.join(folder, 'set.jsonl')
    writeFileSync(file, [0, 1, 2, 3].map((i) => JSON.stringify({ problem: `Question ${i}?`, answer: i })).join('\n'))
    const labelled = await difficulty(problems(file), { model: mini, in: workspace(path.join(folder, 'run')) })
    const kept = await problems(file, { labels: labelled, difficulty: [3, 4] })
    expect(kept.map(({ prompt, difficulty: level }) => [prompt, level])).toEqual([
      ['Question 1?', 3],
      ['Question 2?', 4],
    ])
    expect(kept.account[0]!.dropped).toEqual({ 'difficulty outside 3–4': 2 })
  })

  it('a request that fails is a row that says so', async () => {
    server = await chatServer(
      (_, response) =>
        void response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}'),
    )
    const work = difficulty([problem(1)], {
      model: model('m', { baseURL: server.url }),
      in: workspace(path.join(folder, 'run')),
    })
    const outcome = await work.then(
      ([row]) => row!.label,
      (error: unknown) => error,
    )
    if (outcome instanceof Stopped) expect(outcome.message).toMatch(/no/)
    else expect(outcome).toMatchObject({ ok: false, why: 'failed' })
  })

  it.each([
    ['[[3]]', 3],
    ['[[3.5]]', 3.5],
    ['so [4], no: [[5]]', 5],
    ['so [4] it is', 4],
    ['[[four]]', undefined],
    ['4', undefined],
    ['', undefined],
  ])('the level in %j', (text, level) => {
    expect(levelIn(text)).toBe(level)
  })

  it('the report’s words are read as Python reads them, and refused when they are others', async () => {
    const file = path.join(folder, 'prompts.py')
    writeFileSync(
      file,
      'grading_prompt = " \\\n  Grade {aops_criteria} {problem}"\naops_criteria = " \\\n $\\frac12$ \\\\ \\"x\\""\n',
    )
    const error = await skyT1Difficulty(file).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Stopped)
    expect((error as Stopped).message).toMatch(
      /grading_prompt in .* is not the one that labelled the data: its sha256 begins with [0-9a-f]{16}/,
    )
    expect(
      ((await skyT1Difficulty(path.join(folder, 'none')).catch((thrown: unknown) => thrown)) as Stopped).code,
    ).toBe('no-file')
    expect(existsSync(file)).toBe(true)
  })
})

describe('given traces', () => {
  it('come as judged rows: with their markers, or with what is wrong with them', async () => {
    const marked =
      '<|begin_of_thought|>\n\nt\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\nIt is \\boxed{2}.\n\n<|end_of_solution|>'
    const file = path.join(folder, 'still.jsonl')
    const rows = [
      { question: 'A?', combined_text: marked, domain: 'physics' },
      { question: 'B?', combined_text: 'no markers', domain: 'puzzle' },
      { question: 'C?', combined_text: '', domain: 'puzzle' },
    ]
    writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'))
    const host = testHost()
    const all = await given(file).finally(() => host.remove())
    const said = host.shown.map(({ bundle }) => String(bundle['text/plain']))
    expect(all).toMatchObject([
      {
        domain: 'science',
        asked: 'A?',
        thought: 't',
        solution: 'It is \\boxed{2}.',
        format: { ok: true, by: 'markers' },
        verdict: { ok: true, how: 'given' },
      },
      {
        text: 'no markers',
        verdict: { ok: false, why: 'missing-marker', detail: expect.stringContaining('a raw trace') },
      },
      { finish: 'error', verdict: { ok: false, why: 'no-sample' } },
    ])
    // A raw trace is told, and not counted among what was lost.
    expect(said.at(-1)).toMatch(/1 row lost: 1 no-sample$/)
    expect(said.at(-1)).toContain('1 raw, without the four markers')
  })
})
