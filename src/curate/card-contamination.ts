// The card's report of what stood near a benchmark: compared with what, found what, left out what.
import type { Overlap, TrainingRow } from '../rows.js'
import type { CardFacts } from './card.js'
import { count, list, table } from './card-words.js'
import type { Recipe } from './recipe.js'

/** Rows that are shown with what they share. */
const SHOWN = 10

export function contamination({ rows, recipe, pairs }: CardFacts): string[] {
  if (pairs)
    return ['## Contamination', 'Pairs are made of judged answers; compare their problems with `decontaminate` before.']
  const near = rows.filter(({ fate }) => !fate.kept && fate.why === 'near-benchmark')
  const numbers = rows.filter((row) => row.fate.kept && row.overlap?.by === 'numbers')
  return [
    '## Contamination',
    compared(recipe),
    ...(recipe && recipe.skipped.length > 0
      ? [`**Not compared with ${list(recipe.skipped)}**, which could not be loaded and was left out on request.`]
      : []),
    ...(recipe && recipe.without.length > 0
      ? [
          table(
            ['benchmark', 'questions', 'sha256 of the questions'],
            recipe.without.map(({ name, problems, sha256 }) => [name, problems, `\`${sha256}…\``]),
          ),
        ]
      : []),
    ...(near.length + numbers.length > 0 ? [found(near, numbers)] : []),
    ...examples('Left out for being near a benchmark', near),
    ...examples("Kept, and the same as a benchmark's question but for its numbers", numbers),
  ]
}

function compared(recipe: Recipe | undefined): string {
  if (recipe === undefined)
    return 'Which benchmarks the rows were compared with is not recorded: they were not mixed in the process that wrote this card.'
  if (recipe.without.length === 0) return 'The rows were **not** compared with any benchmark.'
  const names = recipe.without.map(({ name, problems }) => `${name} (${count(problems, 'question')})`)
  return `No row is near a question of ${list(names)}: runs of five and of eight words are compared, LaTeX and Unicode spelled alike; phrases that many questions share weigh less, and short questions are compared whole.`
}

const WAYS: Record<Overlap['by'], string> = {
  whole: 'is the question, or holds it whole',
  share: 'has a large part of the question',
  stretch: 'has a long stretch of it that is nowhere else',
  numbers: 'is the question with other numbers',
}

function found(near: TrainingRow[], numbers: TrainingRow[]): string {
  const ways = Object.keys(WAYS) as Overlap['by'][]
  const cell = (rows: TrainingRow[], by: string) => rows.filter(({ overlap }) => overlap?.by === by).length
  return table(
    ['the row', 'left out', 'kept'],
    ways.map((by) => [WAYS[by], cell(near, by), cell(numbers, by)]).filter(([, out, kept]) => out || kept) as (
      | string
      | number
    )[][],
  )
}

function examples(title: string, rows: TrainingRow[]): string[] {
  if (rows.length === 0) return []
  const shown = rows.slice(0, SHOWN).map(({ id, fate, overlap }) => {
    const said = fate.kept ? `${overlap!.item}: ${JSON.stringify(clip(overlap!.span))}` : fate.detail
    return `- ${id}: ${said}`
  })
  const which = rows.length === shown.length ? 'all' : `the first ${shown.length} of ${rows.length}`
  return [[`${title} (${which}):`, '', ...shown].join('\n')]
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= 160 ? line : `${line.slice(0, 159)}…`
}
