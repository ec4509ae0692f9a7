// The card of a training set: where its rows come from, which were lost and why, how it was made, who may use it.
import { flow, type SourceAccount, STAGES } from '../flow.js'
import type { TrainingRow } from '../rows.js'
import { contamination } from './card-contamination.js'
import { bytes, count, list, number, table, tally } from './card-words.js'
import type { WrittenFile } from './dataset.js'
import type { Preference } from './preferences.js'
import { shortfalls } from './quota.js'
import type { Recipe } from './recipe.js'
import type { TokenTally } from './tally.js'

export interface CardFacts {
  name: string
  /** Every row that was mixed, kept or not; none for pairs. */
  rows: TrainingRow[]
  /** The rows of the training file; of pairs the chosen answers. */
  kept: TrainingRow[]
  pairs: Preference[] | undefined
  recipe: Recipe | undefined
  /** The system prompt was given by the user. */
  system: boolean
  /** The training file, and its other forms. */
  files: WrittenFile[]
  tokens: TokenTally
  from: { account?: readonly SourceAccount[] } | undefined
}

/** The card as Markdown with the front matter that the Hugging Face Hub reads. */
export function card(facts: CardFacts): string {
  const sections = [
    frontMatter(facts),
    `# ${facts.name}`,
    ...origin(facts),
    ...content(facts),
    ...lengths(facts),
    ...flowSection(facts),
    ...contamination(facts),
    ...settings(facts),
    ...provenance(facts),
    ...licences(facts),
    ...hashes(facts),
  ]
  return `${sections.join('\n\n')}\n`
}

function frontMatter({ name, kept, files, pairs }: CardFacts): string {
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
    ...(pairs ? ['- preference', '- dpo'] : []),
    'configs:',
    '- config_name: default',
    '  data_files:',
    '  - split: train',
    `    path: ${files[0]!.name}`,
    '---',
  ].join('\n')
}

function origin({ rows, kept, pairs }: CardFacts): string[] {
  const models = [...new Set(kept.map((row) => row.model))].sort()
  const what = pairs
    ? `${count(pairs.length, 'pair')} of answers for preference training (DPO, SimPO), in the recipe of Sky-T1-32B-Flash: the shorter right answer is to be preferred. The answers come from ${list(models)}.`
    : `${count(kept.length, 'row')} for fine-tuning a reasoning model, in the recipe of Sky-T1: a long thought and a short solution between four markers. The answers come from ${list(models)}.`
  const said = [what]
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

function content({ kept, pairs }: CardFacts): string[] {
  const domains = ['math', 'code', 'science'] as const
  const sources = [...new Set(kept.map((row) => row.source))].sort()
  const cells = (some: TrainingRow[]) => [
    ...domains.map((domain) => some.filter((row) => row.domain === domain).length),
    some.length,
  ]
  const lines = sources.map((source) => [source, ...cells(kept.filter((row) => row.source === source))])
  const made = [
    pairs ? '## Pairs by domain and source' : '## Rows by domain and source',
    table(['source', ...domains, 'all'], [...lines, ['all', ...cells(kept)]]),
  ]
  if (!pairs) return made
  const kinds = [...new Set(pairs.map(({ kind }) => kind))]
  const mean = (values: number[]) => number(Math.round(values.reduce((sum, n) => sum + n, 0) / values.length))
  return [
    ...made,
    table(
      ['kind', 'pairs', 'mean tokens chosen', 'mean tokens rejected'],
      kinds.map((kind) => {
        const own = pairs.filter((pair) => pair.kind === kind)
        return [
          kind,
          own.length,
          mean(own.map(({ tokens }) => tokens.chosen)),
          mean(own.map(({ tokens }) => tokens.rejected)),
        ]
      }),
    ),
    '`shortest-longest`: the shortest right answer before the longest right one. `right-wrong`: the shortest right answer that is longer than the shortest wrong one, before that one.',
  ]
}

function lengths({ tokens, pairs }: CardFacts): string[] {
  const { all, answers, longest, median, cutoff, over, overCount, how: said } = tokens
  const places = `row${overCount === 1 ? '' : 's'} ${over
    .slice(0, 20)
    .map((row) => row + 1)
    .join(', ')}${overCount > 20 ? ' …' : ''}`
  const cut =
    overCount === 0
      ? `No row is over the cutoff of ${number(cutoff)} tokens.`
      : `**${count(overCount, 'row')} ${overCount === 1 ? 'is' : 'are'} over the cutoff of ${number(cutoff)} tokens** (${places}): a trainer with that cutoff cuts off the end of the answer, without a message.`
  return [
    '## Tokens',
    `${number(all)} in the template \`qwen\`, system prompt included, ${number(answers)} of them in ${pairs ? 'both answers' : 'the answers, which is what is learned'}. Median ${number(median)}, longest ${number(longest)}. Tokens are ${said}.`,
    cut,
  ]
}

function flowSection({ rows, kept, recipe, from, pairs }: CardFacts): string[] {
  if (pairs) return []
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
  return [
    '## From problems to rows',
    table(['', 'rows'], lines),
    'By source and stage; what comes in is what goes on and what is lost:',
    byStage(rows, from),
    ...unmet(recipe),
  ]
}

function byStage(rows: TrainingRow[], from: CardFacts['from']): string {
  const lines = flow(rows, { from }).filter(({ stage, lost }) => stage === 'loaded' || Object.keys(lost).length > 0)
  const names = new Map(STAGES.map(({ name, into }) => [name, into]))
  return table(
    ['source', 'stage', 'in', 'on', 'lost'],
    lines.map(({ source, stage, came, left, lost }) => [
      source,
      names.get(stage) === stage ? stage : `${stage} (${names.get(stage)})`,
      number(came),
      number(left),
      Object.entries(lost)
        .map(([why, n]) => `${why} ${number(n)}`)
        .join(', ') || '–',
    ]),
  )
}

function unmet(recipe: Recipe | undefined): string[] {
  if (recipe === undefined) return []
  const short = shortfalls(recipe.parts)
  return [
    ...(short.length > 0 ? [['What could not be met:', '', ...short.map((line) => `- ${line}`)].join('\n')] : []),
    ...(recipe.differs.length > 0
      ? [[`Beside the report's \`${recipe.preset}\`:`, '', ...recipe.differs.map((line) => `- ${line}`)].join('\n')]
      : []),
  ]
}

function settings({ rows, kept, recipe, system, pairs }: CardFacts): string[] {
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
  const near = recipe?.near === false ? 'not looked for' : `from a similarity of ${recipe?.near}`
  const mixed: [string, string][] = [
    ['quota', quota ?? 'not recorded'],
    ['seed of the mix', recipe ? String(recipe.seed) : 'not recorded'],
    ['duplicates', recipe ? `${recipe.keepDuplicates ? 'kept' : 'left out'}; near ones ${near}` : 'not recorded'],
    ['answers', `${rows.length}, of which kept ${kept.length}`],
  ]
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
          ([verdict, n]) => `${verdict} ${n}`,
        ),
      ),
    ],
    ...(pairs ? [] : mixed),
  ]
  return ['## Settings', table(['setting', 'value'], lines)]
}

function provenance({ from, kept }: CardFacts): string[] {
  const accounts = (from?.account ?? []).filter(({ source }) => kept.some((row) => row.source === source))
  if (accounts.length === 0)
    return [
      '## Provenance',
      'Which files and revisions the problems were read from is not recorded (`dataset(rows, { …, from: asked })` records it).',
    ]
  const lines = accounts.flatMap(({ source, hub, files = [] }) => [
    ...(hub
      ? [[source, [hub.id, hub.config, hub.split].filter(Boolean).join(', '), `${hub.revision} = \`${hub.commit}\``]]
      : []),
    ...files.map(({ file, size, sha256 }) => [
      source,
      file.split(/[\\/]/).at(-1)!,
      `${bytes(size)}${sha256 ? `, sha256 \`${sha256}\`` : ''}`,
    ]),
  ])
  return ['## Provenance', table(['source', 'read from', 'revision or hash'], lines)]
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

function hashes({ files }: CardFacts): string[] {
  return [
    '## Files',
    table(
      ['file', 'bytes', 'sha256'],
      files.map(({ name, bytes: size, sha256 }) => [name, number(size), `\`${sha256}\``]),
    ),
    'The same rows, quota and seed give the same bytes.',
  ]
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
