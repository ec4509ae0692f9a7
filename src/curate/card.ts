// The card of a training set: where its rows come from, which were lost and why, how it was made, who may use it.
import type { TrainingRow } from '../rows.js'
import type { Recipe } from './recipe.js'

export interface CardFacts {
  name: string
  /** Every row that was mixed, kept or not. */
  rows: TrainingRow[]
  /** The rows of the training file. */
  kept: TrainingRow[]
  recipe: Recipe | undefined
  /** The system prompt was given by the user. */
  system: boolean
  sha256: string
  bytes: number
}

/** The card as Markdown with the front matter that the Hugging Face Hub reads. */
export function card(facts: CardFacts): string {
  const sections = [
    frontMatter(facts),
    `# ${facts.name}`,
    ...origin(facts),
    ...content(facts),
    ...flow(facts),
    ...settings(facts),
    ...licences(facts),
  ]
  return `${sections.join('\n\n')}\n`
}

function frontMatter({ name, kept }: CardFacts): string {
  const { id, label } = licenceOf(kept)
  return [
    '---',
    `pretty_name: ${name}`,
    `license: ${id}`,
    ...(label === undefined ? [] : [`license_name: ${label}`]),
    'task_categories:',
    '- text-generation',
    'language:',
    ...languages(kept).map((language) => `- ${language}`),
    'size_categories:',
    `- ${sizeOf(kept.length)}`,
    'tags:',
    '- reasoning',
    '- synthetic',
    'configs:',
    '- config_name: default',
    '  data_files:',
    '  - split: train',
    `    path: ${name}.json`,
    '---',
  ].join('\n')
}

function origin({ rows, kept }: CardFacts): string[] {
  const models = [...new Set(kept.map((row) => row.model))].sort()
  const said = [
    `${count(kept.length, 'row')} for fine-tuning a reasoning model, in the recipe of Sky-T1: a long thought and a short solution between four markers. The answers come from ${list(models)}.`,
  ]
  const practice = kept.filter(isPractice)
  const written = kept.filter(isWritten)
  if (written.length > 0) {
    const who = written.length === kept.length ? 'The answers' : `${written.length} of the ${kept.length} answers`
    said.push(
      `**For practice only.** ${who} were written for this project, in the shape of a teacher's; they were not sampled from a model. A model that is trained on them learns nothing worth having.`,
    )
  } else if (practice.length === kept.length) {
    said.push(
      '**For practice only.** The problems were written for this project, to show the recipe at work; they are too few to train on.',
    )
  }
  if (rows.length > 0) said.push(how(rows, kept))
  return ['## What this is', ...said]
}

function how(rows: TrainingRow[], kept: TrainingRow[]): string {
  const by = (format: string) => kept.filter((row) => row.format.ok && row.format.by === format).length
  const ways = [
    [by('model'), 'rewritten by a model and checked against the trace'],
    [by('split'), 'split locally, the trace unchanged'],
    [by('markers'), 'already in the two sections'],
  ] as const
  const formats = ways.filter(([n]) => n > 0).map(([n, way]) => `${n} ${way}`)
  return `How it was made: ${count(new Set(rows.map((row) => row.id)).size, 'problem')} were asked, ${count(rows.length, 'answer')} came back, each was brought into thought and solution (of the kept ones ${formats.join(', ')}), each solution was verified against the problem's answer or tests, and the right ones were mixed.`
}

function content({ kept }: CardFacts): string[] {
  const domains = ['math', 'code', 'science'] as const
  const sources = [...new Set(kept.map((row) => row.source))].sort()
  const cells = (some: TrainingRow[]) => [
    ...domains.map((domain) => some.filter((row) => row.domain === domain).length),
    some.length,
  ]
  const lines = sources.map((source) => [source, ...cells(kept.filter((row) => row.source === source))])
  return ['## Rows by domain and source', table(['source', ...domains, 'all'], [...lines, ['all', ...cells(kept)]])]
}

function flow({ rows, kept, recipe }: CardFacts): string[] {
  const lost = new Map<string, number>()
  for (const { fate } of rows) if (!fate.kept) lost.set(fate.why, (lost.get(fate.why) ?? 0) + 1)
  const lines: [string, number][] = [
    ['problems asked', new Set(rows.map((row) => row.id)).size],
    ['answers', rows.length],
    ...[...lost]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .map(([why, n]): [string, number] => [`− ${why}`, -n]),
    ['rows in the training file', kept.length],
  ]
  const near = rows.filter(({ fate }) => !fate.kept && fate.why === 'near-benchmark')
  const examples = near.slice(0, 10).map(({ id, fate }) => `- ${id}: ${fate.kept ? '' : fate.detail}`)
  return [
    '## From problems to rows',
    table(['', 'rows'], lines),
    withoutWhat(recipe),
    ...(examples.length > 0
      ? [
          [
            `Left out for being near a benchmark (${near.length === examples.length ? 'all' : `the first ${examples.length} of ${near.length}`}):`,
            '',
            ...examples,
          ].join('\n'),
        ]
      : []),
  ]
}

function withoutWhat(recipe: Recipe | undefined): string {
  if (recipe === undefined)
    return 'Which benchmarks the rows were compared with is not recorded: they were not mixed in the process that wrote this card.'
  if (recipe.without.length === 0) return 'The rows were **not** compared with any benchmark.'
  const names = recipe.without.map(({ name, problems }) => `${name} (${count(problems, 'question')})`)
  return `No row is near a question of ${list(names)}: eight words in a row are compared, phrases that many questions share weigh less, and short questions are compared whole.`
}

function settings({ rows, kept, recipe, system, sha256, bytes, name }: CardFacts): string[] {
  const unique = (of: (row: TrainingRow) => unknown): string =>
    list([...new Set(kept.map((row) => String(of(row) ?? "the server's default")))].sort())
  const reformatters = [
    ...new Set(kept.flatMap((row) => (row.format.ok && row.format.model ? [row.format.model] : []))),
  ].sort()
  const quota =
    recipe &&
    (recipe.parts
      .filter(({ asked }) => Number.isFinite(asked))
      .map(({ name, asked }) => `${name} ${asked}`)
      .join(', ') ||
      'none')
  const lines: [string, string][] = [
    ['models', unique((row) => row.model)],
    ['reformatter', reformatters.length > 0 ? list(reformatters) : 'none (local splitter)'],
    ['prompt set and hash', unique((row) => `${row.settings.promptSet} ${row.settings.promptHash}`)],
    ['system prompt of the rows', system ? 'given by the user' : "the prompt set's"],
    ['temperature', unique((row) => row.settings.temperature)],
    ['top p', unique((row) => row.settings.topP)],
    ['tokens at most', unique((row) => row.settings.maxTokens)],
    [
      'verified by',
      list(
        [...tally(kept.map((row) => (row.verdict.ok ? row.verdict.how : row.verdict.why)))].map(
          ([how, n]) => `${how} ${n}`,
        ),
      ),
    ],
    ['quota', quota ?? 'not recorded'],
    ['seed of the mix', recipe ? String(recipe.seed) : 'not recorded'],
    ['duplicates', recipe ? (recipe.keepDuplicates ? 'kept' : 'left out') : 'not recorded'],
    ['answers', `${rows.length}, of which kept ${kept.length}`],
    ['file', `${name}.json, ${bytes} bytes`],
    ['sha256', `\`${sha256}\``],
  ]
  return ['## Settings', table(['setting', 'value'], lines)]
}

function licences({ kept }: CardFacts): string[] {
  const lines = [...new Set(kept.map((row) => row.source))].sort().map((source) => {
    const stated = [
      ...new Set(kept.filter((row) => row.source === source).map((row) => row.licence ?? 'not stated by the file')),
    ].sort()
    return [source, stated.join(', ')]
  })
  const note = kept.every(isWritten)
    ? 'The answers have the licence of the problems.'
    : 'The licence of a source is that of its problems. Answers of a model also stand under the terms of that model.'
  return ['## Licences', table(['source', 'licence of its problems'], lines), note]
}

const isPractice = (row: TrainingRow): boolean => row.source.split(':')[0] === 'practice'
/** Recorded answers that people wrote bear a model id of their own. */
const isWritten = (row: TrainingRow): boolean => row.model.startsWith('practice-')

/** The Hub's licence identifiers are lower case; where rows differ or do not say, it is 'other'. */
function licenceOf(kept: TrainingRow[]): { id: string; label?: string } {
  const stated = new Set(kept.map((row) => row.licence?.toLowerCase()))
  const only = stated.size === 1 ? [...stated][0] : undefined
  if (only !== undefined && /^[a-z0-9.-]+$/.test(only)) return { id: only }
  return { id: 'other', label: stated.has(undefined) ? 'not-stated' : 'several' }
}

function languages(kept: TrainingRow[]): string[] {
  const chinese = kept.filter((row) => /\p{Script=Han}/u.test(row.prompt)).length
  return [...(chinese < kept.length ? ['en'] : []), ...(chinese > 0 ? ['zh'] : [])]
}

/** The Hub's size classes. */
function sizeOf(rows: number): string {
  const classes: [number, string][] = [
    [1e3, 'n<1K'],
    [1e4, '1K<n<10K'],
    [1e5, '10K<n<100K'],
    [1e6, '100K<n<1M'],
    [1e7, '1M<n<10M'],
  ]
  return classes.find(([most]) => rows < most)?.[1] ?? '10M<n<100M'
}

function tally(values: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values.sort()) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

function table(head: string[], lines: (string | number)[][]): string {
  const row = (cells: (string | number)[]): string =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n')
}

function list(names: string[]): string {
  return names.length < 2 ? (names[0] ?? 'none') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
