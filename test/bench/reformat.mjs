// Reformatting: what the check of a copy lets pass and what it refuses, beside the share of 8-word runs in common; how
// its time grows with the text; and what the markers of real answers look like.
//
// Every text is a real answer of a Sky-T1 student. It is copied as a model copies (harmless changes) and as it should
// not (harmful ones), by a program, so that what each change did is known.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

export const title = 'reformatting: copies told from no copies, time, and real markers'
export const installs = 'nothing'
export const minutes = 2

/** @param {import('./tools/index.mjs').Tools} tools */
export async function run(tools) {
  const { copyOf, LEAST_SCORE, LONGEST_GAP } = await import('../../dist/src/reformat/copy.js')
  const { findParts, hasMarker, split } = await import('../../dist/src/reformat/index.js')
  const { repeats } = await import('../../dist/src/repeats/index.js')
  const folder = tools.data('sky_outputs')
  if (!folder || !existsSync(folder)) return tools.log('The released Sky-T1 outputs are not here.')
  const rows = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl.gz'))
    .flatMap((name) =>
      gunzipSync(readFileSync(path.join(folder, name)))
        .toString()
        .split('\n')
        .filter(Boolean)
        .map((line) => ({ run: name, ...JSON.parse(line) })),
    )
    .filter((row) => typeof row.response === 'string')
  const random = seeded(20261128)
  const traces = shuffled(rows, random)
    .filter(({ response }) => response.length > 3000 && response.length < 60_000 && !hasMarker(response))
    .filter(({ response }) => repeats(response).kind === 'clean' && paragraphs(response).length >= 8)
    .slice(0, 300)
    .map(({ response }) => response)
  tools.log(`${traces.length} traces, ${Math.round(traces.join('').length / traces.length)} characters on average`)

  const table = []
  const results = []
  for (const [kind, changes] of Object.entries({ harmless, harmful }))
    for (const [name, change] of Object.entries(changes)) {
      const scores = []
      const at = { ours: 0, score: 0, grams: 0, n: 0 }
      const took = []
      for (const [i, text] of traces.entries()) {
        const changed = change(text, random, traces[(i + 1) % traces.length])
        if (changed === undefined) continue
        const began = performance.now()
        const { score, fault } = copyOf(text, changed)
        took.push(performance.now() - began)
        scores.push(score)
        at.n++
        if (fault !== undefined) at.ours++
        if (score < LEAST_SCORE) at.score++
        if (gramRule(text, changed)) at.grams++
      }
      scores.sort((a, b) => a - b)
      const q = (share) => scores[Math.min(scores.length - 1, Math.floor(share * scores.length))]
      const share = (hits) => `${((100 * hits) / at.n).toFixed(1)} %`
      table.push([
        kind,
        name,
        at.n,
        q(0).toFixed(4),
        q(0.01).toFixed(4),
        q(0.5).toFixed(4),
        share(at.ours),
        share(at.grams),
      ])
      results.push({
        kind,
        name,
        n: at.n,
        least: q(0),
        low: q(0.01),
        median: q(0.5),
        refused: at.ours / at.n,
        refusedByScore: at.score / at.n,
        refusedByGrams: at.grams / at.n,
      })
      tools.log(table.at(-1).join('  '))
    }

  // Time: one text, repeated to a length, with an edit in every 500 characters.
  const times = [15, 30, 60, 120].map((kb) => {
    const text = shuffled(traces, seeded(7))
      .join('\n\n')
      .slice(0, kb * 1000)
    const edited = text.replace(/(.{480,500}) (\w+) /gs, '$1 $2 quite ')
    const summary = paragraphs(text)
      .map((one) => one.split('. ')[0])
      .join('\n\n')
    const ms = (other) => tools.median(Array.from({ length: 5 }, () => timed(() => copyOf(text, other))))
    return {
      kb,
      edited: ms(edited),
      summary: ms(summary),
      unrelated: ms(
        shuffled(traces, seeded(8))
          .reverse()
          .join('\n\n')
          .slice(0, kb * 1000),
      ),
    }
  })

  // Real markers. The students' answers are those whose run is named after Sky-T1.
  const students = rows.filter(({ run }) => run.startsWith('Sky-T1'))
  const counts = {}
  const splits = { marked: 0, split: 0, refused: {} }
  for (const { response } of students) {
    const found = hasMarker(response) ? findParts(response) : undefined
    const name =
      found === undefined
        ? 'no marker'
        : 'why' in found
          ? `${found.why}: ${found.detail}`
          : 'all four, once and in order'
    counts[name] = (counts[name] ?? 0) + 1
    if (found && !('why' in found)) splits.marked++
    else if (found === undefined) {
      const parts = split({ text: response }, { kind: 'math' })
      if (typeof parts === 'string') splits.refused[parts] = (splits.refused[parts] ?? 0) + 1
      else splits.split++
    }
  }
  const unmarked = counts['no marker'] ?? 0
  tools.report(
    'reformat',
    [
      `Copies: ${traces.length} answers of 3 to 60 kB without loops. Refused: by the score (under ${LEAST_SCORE}), a stretch of more than ${LONGEST_GAP} words and signs left out or put in, or a digit that changed; beside it, the share of 8-word runs in common under 0.9 or a length outside 0.8 to 1.2, as it was before.`,
      '',
      tools.markdownTable(['change', '', 'n', 'least score', '1 %', 'median', 'refused', 'by 8-word runs'], table),
      '',
      'Milliseconds, median of five:',
      '',
      tools.markdownTable(
        ['kB', 'an edit in 500 characters', 'a summary', 'another text'],
        times.map(({ kb, edited, summary, unrelated }) => [
          kb,
          edited.toFixed(1),
          summary.toFixed(1),
          unrelated.toFixed(1),
        ]),
      ),
      '',
      `Markers in ${students.length} answers of the students:`,
      '',
      tools.markdownTable(
        ['markers', 'answers'],
        Object.entries(counts).sort(([, a], [, b]) => b - a),
      ),
      '',
      `Of the ${unmarked} without a marker the splitter finds a solution in ${splits.split} (${((100 * splits.split) / unmarked).toFixed(1)} %); refused: ${JSON.stringify(splits.refused)}.`,
    ].join('\n'),
    { copies: results, times, markers: counts, splits },
  )
}

const timed = (work) => {
  const began = performance.now()
  work()
  return performance.now() - began
}

const paragraphs = (text) => text.split(/\n\s*\n/)

/** What a faithful copy may do to a text. */
const harmless = {
  'to the letter': (text) => text,
  'white space': (text) => text.replace(/\n\s*\n/g, '\n').replace(/ {2,}/g, ' '),
  'formula delimiters': (text) => text.replace(/\\[()]/g, '$').replace(/\\\[|\\\]/g, '$$$$'),
  'quotes and dashes': (text) => text.replace(/'/g, '’').replace(/"/g, '”').replace(/ - /g, ' – '),
  'emphasis dropped': (text) => text.replace(/\*\*/g, ''),
  'a typo in 200 words': (text, random) =>
    text.replace(/\b[a-z]{5,}\b/g, (word) =>
      random() < 1 / 200 ? word.slice(0, 2) + word[3] + word[2] + word.slice(4) : word,
    ),
  'the last paragraph left out': (text) => {
    const all = paragraphs(text.trim())
    const last = all.at(-1)
    return last.split(/\s+/).length <= 25 ? all.slice(0, -1).join('\n\n') : undefined
  },
  'all of these': (text, random) =>
    ['white space', 'formula delimiters', 'quotes and dashes', 'emphasis dropped', 'a typo in 200 words'].reduce(
      (sum, name) => harmless[name](sum, random),
      text,
    ),
}

/** What makes it another text. */
const harmful = {
  'a digit changed': (text, random) => {
    const digits = [...text.slice(0, -200).matchAll(/\d/g)]
    if (digits.length === 0) return undefined
    const { index } = digits[Math.floor(random() * digits.length)]
    return text.slice(0, index) + ((Number(text[index]) + 1 + Math.floor(random() * 8)) % 10) + text.slice(index + 1)
  },
  'a step left out': (text, random) => {
    const all = paragraphs(text)
    const long = all
      .map((one, i) => [one, i])
      .filter(([one, i]) => i > 0 && i < all.length - 2 && one.split(/\s+/).length >= 15)
    if (long.length === 0) return undefined
    const [, at] = long[Math.floor(random() * long.length)]
    return all.filter((_, i) => i !== at).join('\n\n')
  },
  'a step put in': (text, random, other) => {
    const all = paragraphs(text)
    const steps = paragraphs(other).filter((one) => one.split(/\s+/).length >= 15)
    if (steps.length === 0) return undefined
    const at = 1 + Math.floor(random() * (all.length - 2))
    return [...all.slice(0, at), steps[Math.floor(random() * steps.length)], ...all.slice(at)].join('\n\n')
  },
  'two steps swapped': (text, random) => {
    const all = paragraphs(text)
    const at = 1 + Math.floor(random() * (all.length - 3))
    if (all[at].split(/\s+/).length < 15 || all[at + 1].split(/\s+/).length < 15) return undefined
    return [...all.slice(0, at), all[at + 1], all[at], ...all.slice(at + 2)].join('\n\n')
  },
  'first sentences only': (text) =>
    paragraphs(text)
      .map((one) => one.split(/(?<=[.?!]) /)[0])
      .join('\n\n'),
  'every third sentence left out': (text) =>
    text
      .split(/(?<=[.?!]) /)
      .filter((_, i) => i % 3 !== 2)
      .join(' '),
  'doubts taken out': (text) => {
    const calm = text.replace(
      /(?<=^|[.?!\n] ?)(?:Wait|Hmm|But wait|Hold on|Let me (?:check|double)[^.?!\n]*)[^.?!\n]*[.?!]/g,
      '',
    )
    return calm.length < text.length - 60 ? calm : undefined
  },
  'another trace': (_text, _random, other) => other,
}

/** The rule that this one took the place of. */
function gramRule(before, after) {
  const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? []
  const [a, b] = [words(before), words(after)]
  const ratio = b.length / Math.max(1, a.length)
  if (ratio < 0.8 || ratio > 1.2) return true
  const left = new Map()
  const grams = (list) => Array.from({ length: Math.max(0, list.length - 7) }, (_, i) => list.slice(i, i + 8).join(' '))
  for (const gram of grams(a)) left.set(gram, (left.get(gram) ?? 0) + 1)
  let shared = 0
  for (const gram of grams(b)) {
    const count = left.get(gram) ?? 0
    if (count > 0) {
      left.set(gram, count - 1)
      shared++
    }
  }
  return shared / (Math.max(a.length, b.length) - 7) < 0.9
}

function seeded(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function shuffled(list, random) {
  const left = [...list]
  for (let i = left.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[left[i], left[j]] = [left[j], left[i]]
  }
  return left
}
