// The model card: what it was made from, on what, with which settings, how it went, how it scored, who may use it.
import type { TrainStep } from '../train/index.js'
import { count, dollars as money, number } from '../workspace/index.js'
import type { Code } from './code.js'
import type { Criterion } from './openness.js'
import type { ReleaseOptions } from './release.js'

export interface CardFacts {
  options: ReleaseOptions
  code: Code
  steps: readonly TrainStep[]
  hours: number
  /** null where nothing was paid. */
  dollars: number | null
  /** Names of the files with the settings. */
  settings: readonly string[]
  criteria: readonly Criterion[]
}

/** The card as Markdown with the front matter that the Hugging Face Hub reads. */
export function modelCard(facts: CardFacts): string {
  const { options } = facts
  return `${[frontMatter(options), `# ${options.name}`, ...origin(facts), ...training(facts), ...scores(options), ...openness(facts), ...licence(options), ...made(facts)].join('\n\n')}\n`
}

function frontMatter({ run, licence = 'other', data }: ReleaseOptions): string {
  // A base that is a folder of somebody's machine is nobody else's business, and no id of the Hub.
  const base = isHubId(run.job.base) ? [`base_model: ${run.job.base}`] : []
  return [
    '---',
    `license: ${licence}`,
    ...(licence === 'other' ? ['license_name: not-stated'] : []),
    ...base,
    'pipeline_tag: text-generation',
    'library_name: transformers',
    'tags:',
    '- reasoning',
    '- llama-factory',
    `- ${data.name}`,
    '---',
  ].join('\n')
}

const isHubId = (base: string): boolean => /^[\w.-]+\/[\w.-]+$/.test(base)

function origin({ options: { run, data } }: CardFacts): string[] {
  const base = isHubId(run.job.base) ? run.job.base : 'a model of its own (a folder, not on the Hub)'
  const said = `${base}, fine-tuned on ${count(data.rows, 'row')} of reasoning with right answers: \`data/${data.name}\`, sha256 \`${data.sha256}\`. How the rows were made, and which were lost, stands in [data/README.md](data/README.md).`
  const practice =
    run.on === 'practice'
      ? ['**For practice only.** The run below was a recorded log; no model was trained, and there are no weights.']
      : []
  return ['## What this is', said, ...practice]
}

function training({ options: { run }, steps, hours, dollars, settings }: CardFacts): string[] {
  const last = steps.at(-1)
  const cost = dollars === null ? 'nothing was paid' : `${money(dollars)} at $${run.job.price} a GPU-hour`
  const lines: [string, string][] = [
    ['GPUs', number(run.job.gpus)],
    ['steps', last ? `${last.step} of ${last.total}` : 'none logged'],
    ['hours', hours.toFixed(2)],
    ['cost', cost],
    ['loss', steps[0] && last ? `${steps[0].loss.toFixed(3)} → ${last.loss.toFixed(3)}` : ''],
  ]
  const files = settings.map((name) => `[training/${name}](training/${name})`).join(', ')
  return [
    '## Training',
    `LLaMA-Factory, with ${files || 'settings that were not kept'}; every step in [training/curve.csv](training/curve.csv).${run.logOrigin ? ` Log: ${run.logOrigin}` : ''}`,
    table(['', ''], lines),
    ...(steps.length > 1 ? [`\`\`\`\n${sparkline(steps)}\n\`\`\``] : []),
  ]
}

/** The loss in sixty columns of eighths, first to last: a curve that a terminal and a card can show. */
function sparkline(steps: readonly TrainStep[]): string {
  const columns = Math.min(60, steps.length)
  const means = Array.from({ length: columns }, (_, i) => {
    const some = steps.slice(Math.floor((i * steps.length) / columns), Math.floor(((i + 1) * steps.length) / columns))
    return some.reduce((sum, { loss }) => sum + loss, 0) / some.length
  })
  const [low, high] = [Math.min(...means), Math.max(...means)]
  const bars = means.map((mean) => '▁▂▃▄▅▆▇█'[Math.round(((mean - low) / (high - low || 1)) * 7)])
  return `loss ${high.toFixed(3)} ${bars.join('')} ${low.toFixed(3)}`
}

function scores({ scores: all, name }: ReleaseOptions): string[] {
  if (all.length === 0) return ['## Scores', `${name} has not been scored.`]
  const percent = (share: number) => (share * 100).toFixed(1)
  const lines = all.map(({ model, bench, value, low, high, n, k, settings }) => [
    model,
    bench,
    `${percent(value)} %`,
    `${percent(low)} to ${percent(high)} %`,
    number(n),
    number(k),
    settings.temperature ?? "the server's",
    settings.maxTokens,
    settings.grader,
  ])
  return [
    '## Scores',
    'Share of right answers with its 95 % interval, over n problems with k samples of each. A difference smaller than the intervals is none.',
    table(['model', 'benchmark', 'right', '95 %', 'n', 'k', 'temperature', 'tokens at most', 'grader'], lines),
  ]
}

function openness({ criteria }: CardFacts): string[] {
  const lines = criteria.map(({ what, open, by }) => [what, open ? 'yes' : '**no**', by])
  return [
    '## How open it is',
    "The rows of the [Sky-T1 report](https://novasky-ai.github.io/posts/sky-t1/)'s table of openness.",
    table(['', 'open', ''], lines),
  ]
}

function licence({ licence: stated, weights }: ReleaseOptions): string[] {
  return [
    '## Licence',
    `${stated ? `The weights${weights ? ` (${weights})` : ''} stand under ${stated}.` : 'No licence of the weights is stated, so nobody may use them.'} Rows have the licences of their sources: see the data card.`,
  ]
}

function made({ code }: CardFacts): string[] {
  const commit = code.commit
    ? `commit \`${code.commit}\`${code.changed ? ', with changes that are not in it' : ''}`
    : 'no commit'
  return [
    '## Code',
    `skylab ${code.skylab} on Node ${code.node}, grader ${code.grader}; ${commit}${code.url ? `, ${code.url}` : ''}. The hash of every file stands in SHA256SUMS.`,
  ]
}

function table(head: string[], lines: (string | number)[][]): string {
  const row = (cells: (string | number)[]): string =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n')
}
