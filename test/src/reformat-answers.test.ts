// Reformatting on real answers, and on the fixtures.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { checkRewrite, hasMarker, readMarkers, split } from '../../src/reformat/index.js'
import type { Problem } from '../../src/rows.js'
import { math } from './reformat.data.js'

const sky = fileURLToPath(new URL('../../../shared/data/sky_outputs', import.meta.url))

describe('real answers', () => {
  it.skipIf(!existsSync(sky))(
    'every response of the Sky-T1 students is split or refused with a reason (needs ../shared/data)',
    () => {
      const counts = { markers: 0, broken: 0, split: 0, refused: 0 }
      for (const file of readdirSync(sky).filter((name) => /__(math500|aime24)\.jsonl\.gz$/.test(name))) {
        for (const line of gunzipSync(readFileSync(path.join(sky, file)))
          .toString()
          .trim()
          .split('\n')) {
          const { response } = JSON.parse(line) as { response: string }
          if (hasMarker(response)) {
            const parts = readMarkers(response)
            counts[typeof parts === 'string' ? 'broken' : 'markers']++
            continue
          }
          const parts = split({ text: response }, math)
          counts[typeof parts === 'string' ? 'refused' : 'split']++
          if (typeof parts === 'string') continue
          expect(parts.thought).toBe(response)
          expect(parts.solution.length).toBeLessThanOrEqual(4000)
          expect(parts.solution).toContain('\\boxed')
        }
      }
      // Of the runs' 3,310 responses; the rest have no box, or a tag that is missing.
      expect(counts.markers).toBe(351)
      expect(counts.broken).toBe(296)
      expect(counts.split).toBeGreaterThan(2300)
    },
  )
})

describe('the fixtures', () => {
  const lines = <T>(name: string): T[] => {
    const file = fileURLToPath(new URL(`../../fixtures/${name}.jsonl`, import.meta.url))
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as T)
  }
  interface Written {
    problem: string
    sample: number
    content: string
    finish: 'stop' | 'length'
    label?: string
    fault?: string
  }
  const asked = new Map(lines<Problem>('problems').map((problem) => [problem.id, problem]))
  const teacher = new Map(lines<Written>('teacher').map((answer) => [`${answer.problem} ${answer.sample}`, answer]))
  const whys: Record<string, string> = {
    'missing-marker': 'missing-marker',
    'altered-thought': 'altered-thought',
    truncated: 'cut-off',
    'answer-changed': 'answer-changed',
    'two-solutions': 'two-solutions',
    // The rewrite dropped the case of a line that stands alone: no fault of form, so it says how the program differs.
    'changed-program': '',
  }
  interface Recorded {
    for: { problem: string; sample: number }
    answer: { content: string; finish: 'stop' | 'length' }
  }
  const rewrites = new Map(
    lines<Recorded>('recordings/reformatter').map(({ for: { problem, sample }, answer }) => [
      `${problem} ${sample}`,
      answer,
    ]),
  )

  it('written rewrites fail as they are labelled, and only they', () => {
    const faults = new Set<string>()
    for (const rewrite of lines<Written>('reformatted')) {
      const name = `${rewrite.problem} ${rewrite.sample}`
      const original = teacher.get(name)!
      const checked = checkRewrite(original.content, rewrites.get(name)!, asked.get(rewrite.problem)!.kind)
      if (rewrite.fault !== undefined) faults.add(rewrite.fault)
      if (rewrite.fault === 'changed-program')
        expect(checked, name).toMatchObject({ program: expect.stringContaining('1 line is not in it') })
      else if (rewrite.fault !== undefined) {
        expect(checked, name).toMatchObject({ ok: false, why: whys[rewrite.fault] })
      } else if (original.label !== 'unparseable') expect(checked, name).toHaveProperty('solution')
    }
    expect([...faults].sort()).toEqual(Object.keys(whys).sort())
  })

  it('the splitter finds a solution in every finished answer of the teacher that has one', () => {
    for (const answer of teacher.values()) {
      const problem = asked.get(answer.problem)
      if (problem === undefined || answer.finish === 'length') continue
      const parts = split({ text: answer.content }, problem)
      if (answer.label === 'unparseable') expect(parts, answer.problem).toBeTypeOf('string')
      else expect(parts, answer.problem).toMatchObject({ thought: answer.content })
    }
  })
})
