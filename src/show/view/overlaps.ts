// What was found to be the same, for review: each prompt beside the benchmark's question or the problem that it repeats.
import type { Overlap, Sample, TrainingRow, Twin } from '../../rows.js'
import { Stopped } from '../../stopped.js'
import { takesRows } from '../../taken.js'
import { escapeHtml } from '../html.js'
import { colored, count, elided, marks, View } from './page.js'

type Row = Pick<Sample, 'id' | 'prompt'> & Partial<Pick<TrainingRow, 'fate' | 'overlap' | 'twin'>>

export interface OverlapsViewOptions {
  /** Only those with a benchmark, only those among the problems, or of one kind. @default all */
  only?: 'benchmarks' | 'duplicates' | Overlap['by'] | Twin['how']
  /** At most so many pairs; the most doubtful come first. @default 50 */
  most?: number
}

interface Pair {
  row: Row
  kind: string
  /** How sure it is, 0 … 1: what is least sure is worth a look. */
  sure: number
  other: string
  text: string
  dropped: boolean
}

const WAYS: Record<string, string> = {
  whole: "is the benchmark's question",
  share: "has much of the benchmark's question",
  stretch: "has a stretch of the benchmark's question",
  numbers: "is the benchmark's question with other numbers",
  exact: 'is the same problem, word for word',
  normalised: 'is the same problem but for signs and spaces',
  near: 'is nearly the same problem',
}

/**
 * Pairs for review, out of `mix`, `decontaminate` or `deduplicate`: the prompt and what it was found to repeat, side by
 * side, with the runs of words that stand in both marked. The least sure come first, because whole copies need no look.
 *
 * @throws Stopped 'no-rows' where no row has an overlap or a twin.
 * @example view.overlaps(rows, { only: 'numbers' })
 */
export function overlapsView(rows: Iterable<Row>, options: OverlapsViewOptions = {}): View {
  takesRows('view.overlaps', rows, { fix: 'view.overlaps(rows)' })
  const all = [...rows]
  const prompts = new Map(all.map(({ id, prompt }) => [id, prompt]))
  const found = all.flatMap((row) => pairsOf(row, prompts)).filter(({ kind }) => wanted(kind, options.only))
  if (found.length === 0)
    throw new Stopped(
      'no-rows',
      `None of the ${count(all.length)} rows shares anything${options.only ? ` of the kind ${options.only}` : ''}.`,
      "view.overlaps(await mix(judged, quota, { seed: 7, without: ['math500'] }))",
    )
  const pairs = found.sort((a, b) => a.sure - b.sure || (a.row.id < b.row.id ? -1 : 1))
  const shown = pairs.slice(0, options.most ?? 50)
  const tally = new Map<string, number>()
  for (const { kind } of pairs) tally.set(kind, (tally.get(kind) ?? 0) + 1)
  const kinds = [...tally].map(([kind, n]) => `${count(n)} ${kind}`).join(', ')
  const head = `${count(pairs.length)} of ${count(all.length)} rows repeat something: ${kinds}`
  const more = pairs.length > shown.length ? `… ${count(pairs.length - shown.length)} more; { most } shows them` : ''
  const html = `<div><b>${escapeHtml(head)}</b></div><div style="opacity:.8">${colored('in both', marks.moved)} the least sure first</div>${shown.map(pairHtml).join('')}<div style="opacity:.8">${escapeHtml(more)}</div>`
  return new View(html, [head, ...shown.map(pairText), more].filter(Boolean).join('\n'))
}

function wanted(kind: string, only: OverlapsViewOptions['only']): boolean {
  if (only === undefined || only === kind) return true
  const benchmark = ['whole', 'share', 'stretch', 'numbers'].includes(kind)
  return only === 'benchmarks' ? benchmark : only === 'duplicates' && !benchmark
}

function pairsOf(row: Row, prompts: Map<string, string>): Pair[] {
  const dropped = row.fate !== undefined && !row.fate.kept
  const { overlap, twin } = row
  return [
    ...(overlap
      ? [{ row, kind: overlap.by, sure: overlap.share, other: overlap.item, text: overlap.question, dropped }]
      : []),
    ...(twin
      ? [
          {
            row,
            kind: twin.how,
            sure: twin.share,
            other: twin.id,
            text: prompts.get(twin.id) ?? '(not among these rows)',
            dropped,
          },
        ]
      : []),
  ]
}

function pairHtml({ row, kind, sure, other, text, dropped }: Pair): string {
  const [left, right] = bothMarked(elided(row.prompt, 3000), elided(text, 3000))
  const fate = row.fate === undefined ? '' : dropped ? colored('left out', marks.dropped) : colored('kept', marks.added)
  const box = 'white-space:pre-wrap;overflow-wrap:anywhere;padding:.2em .8em;border-left:3px solid rgba(128,128,128,.4)'
  return `<div style="margin-top:.8em"><b>${escapeHtml(row.id)}</b> ${escapeHtml(WAYS[kind]!)} <b>${escapeHtml(other)}</b> <span style="opacity:.8">(${Math.round(100 * sure)} % shared)</span> ${fate}</div><div style="display:grid;grid-template-columns:repeat(auto-fit,minmax(18em,1fr));gap:1em"><div style="${box}">${left}</div><div style="${box}">${right}</div></div>`
}

function pairText({ row, kind, sure, other, text, dropped }: Pair): string {
  const line = (words: string) => elided(words.replace(/\s+/g, ' '), 400)
  const fate = row.fate === undefined ? '' : dropped ? ', left out' : ', kept'
  return `── ${row.id} ${WAYS[kind]} ${other} (${Math.round(100 * sure)} % shared${fate})\n  ${line(row.prompt)}\n  ${line(text)}`
}

/** Words in a row that stand in both. */
const RUN = 3

function bothMarked(one: string, other: string): [string, string] {
  const words = (text: string) => [...text.matchAll(/[\p{L}\p{N}]+/gu)]
  const [mine, theirs] = [words(one), words(other)]
  const runs = (list: RegExpMatchArray[]) =>
    list.slice(0, Math.max(0, list.length - RUN + 1)).map((_, i) =>
      list
        .slice(i, i + RUN)
        .map(([word]) => word.toLowerCase())
        .join(' '),
    )
  const [own, also] = [runs(mine), runs(theirs)]
  return [marked(one, mine, own, new Set(also)), marked(other, theirs, also, new Set(own))]
}

function marked(text: string, words: RegExpMatchArray[], runs: string[], both: Set<string>): string {
  const parts: string[] = []
  let at = 0
  for (let i = 0; i < runs.length; i++) {
    if (!both.has(runs[i]!)) continue
    let last = i
    while (last + 1 < runs.length && both.has(runs[last + 1]!)) last++
    const from = words[i]!.index!
    const end = words[last + RUN - 1]!
    const to = end.index! + end[0].length
    parts.push(escapeHtml(text.slice(at, from)), colored(escapeHtml(text.slice(from, to)), marks.moved))
    at = to
    i = last + RUN - 1
  }
  parts.push(escapeHtml(text.slice(at)))
  return parts.join('')
}
