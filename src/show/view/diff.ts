// What the reformat step made of a trace: copied, moved, added, dropped.
import type { Formatted } from '../../rows.js'
import { Stopped } from '../../stopped.js'
import { escapeHtml } from '../html.js'
import { compareTexts, type Kind, type Piece } from './compare.js'
import { block, colored, count, elided, folded, heading, marks, SHOWN, View } from './page.js'

/** Characters kept on each side of a long unchanged stretch. */
const CONTEXT = 160

/** Trace against thought and solution, marked with what was kept, moved, added and dropped. */
export function diffView(row: Formatted): View {
  if (row === null || typeof row !== 'object' || row.format === undefined) {
    throw new Stopped(
      'bad-call',
      'view.diff takes a row that was through reformat, and this one has no format.',
      'view.diff((await reformat(rows))[0])',
    )
  }
  if (!row.format.ok || row.thought === undefined || row.solution === undefined) return notSplit(row)
  const before = traceOf(row)
  const seam = `${row.thought.trim()}\n`.length
  const pieces = compareTexts(before, `${row.thought.trim()}\n${row.solution.trim()}`)
  const [thought, solution] = split(pieces, seam)
  const sums = sizes(pieces)
  const how =
    row.format.by === 'model'
      ? `rewritten by ${row.format.model ?? 'a model'}`
      : row.format.by === 'split'
        ? 'split by rule'
        : 'split at its own markers'
  const { copy, program } = row.format
  const checked = [
    ...(copy
      ? [
          `the thought is ${percent(copy.score)} the trace's, ${count(copy.edits)} ${copy.edits === 1 ? 'place differs' : 'places differ'}`,
        ]
      : []),
    ...(program ? [`the program is not the trace's: ${program}`] : []),
  ]
  const facts = `${how}: ${(['kept', 'moved', 'added', 'dropped'] as const).map((kind) => `${count(sums[kind])} ${kind}`).join(', ')} (characters)${checked.map((one) => `; ${one}`).join('')}`
  const legend = (['moved', 'added', 'dropped'] as const).map((kind) => marked({ kind, text: kind }, false)).join(' ')
  const section = (name: string, list: Piece[]) =>
    folded(name, block(list.map((piece) => marked(piece, true)).join('')), true)
  return new View(
    `<div><b>${escapeHtml(heading(row))}</b></div><div style="opacity:.8">${escapeHtml(facts)} ${legend}</div>${section('Thought', thought)}${section('Solution', solution)}`,
    [heading(row), facts, '\n── Thought', plain(thought), '\n── Solution', plain(solution)].join('\n'),
  )
}

function notSplit(row: Formatted): View {
  const why = row.format.ok
    ? 'its thought and solution are missing'
    : `${row.format.why}${row.format.detail ? `, ${row.format.detail}` : ''}`
  const rewrite = row.format.ok ? undefined : row.format.rewrite
  // Against the trace, so that what was refused can be seen.
  const pieces = rewrite === undefined ? undefined : compareTexts(traceOf(row), rewrite)
  const refused = pieces
    ? folded('Refused rewrite', block(pieces.map((piece) => marked(piece, true)).join('')), true)
    : ''
  const html = `<div><b>${escapeHtml(heading(row))}</b></div><div>${colored(escapeHtml(`not reformatted: ${why}`), marks.dropped)}</div>${refused}${folded('Trace', block(escapeHtml(elided(row.text))))}`
  const text = [heading(row), `not reformatted: ${why}`, ...(pieces ? ['\n── Refused rewrite', plain(pieces)] : [])]
  return new View(html, [...text, '\n── Trace', elided(row.text, 2000)].join('\n'))
}

function traceOf(row: Formatted): string {
  // Without the markers, which are no words of anyone.
  return (row.reasoning ? `${row.reasoning}\n\n${row.text}` : row.text)
    .replace(/<\|(begin|end)_of_(thought|solution)\|>\n?/g, '')
    .trim()
}

function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`
}

/** The pieces before and after a place in the new text; dropped text stays with what follows it. */
function split(pieces: Piece[], seam: number): [Piece[], Piece[]] {
  const [first, second]: [Piece[], Piece[]] = [[], []]
  let at = 0
  for (const piece of pieces) {
    if (piece.kind === 'dropped') (at < seam ? first : second).push(piece)
    else if (at + piece.text.length <= seam || at >= seam) (at < seam ? first : second).push(piece)
    else {
      first.push({ kind: piece.kind, text: piece.text.slice(0, seam - at) })
      second.push({ kind: piece.kind, text: piece.text.slice(seam - at) })
    }
    if (piece.kind !== 'dropped') at += piece.text.length
  }
  return [first, second]
}

function sizes(pieces: Piece[]): Record<Kind, number> {
  const sums = { kept: 0, moved: 0, added: 0, dropped: 0 }
  for (const { kind, text } of pieces) sums[kind] += text.length
  return sums
}

function marked({ kind, text }: Piece, cut: boolean): string {
  const shown = escapeHtml(cut ? shortened({ kind, text }) : text)
  return kind === 'kept' ? shown : colored(shown, marks[kind], kind === 'dropped')
}

/** Unchanged stretches are shown at their ends only; changed ones up to the size of a view. */
function shortened({ kind, text }: Piece): string {
  return elided(text, kind === 'kept' ? 2 * CONTEXT : SHOWN / 2)
}

const signs: Record<Kind, [string, string]> = {
  kept: ['', ''],
  moved: ['{~', '~}'],
  added: ['{+', '+}'],
  dropped: ['[-', '-]'],
}

/** Marked as wdiff marks words: {+added+} and [-dropped-], and {~moved~}. */
function plain(pieces: Piece[]): string {
  return pieces.map((piece) => `${signs[piece.kind][0]}${shortened(piece)}${signs[piece.kind][1]}`).join('')
}
