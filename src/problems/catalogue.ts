// The public datasets that can be asked for by name, with the filters of the Sky-T1 recipe as defaults.
import type { Problem } from '../rows.js'
import type { FieldMap } from './roles.js'
import type { Filters } from './sieve.js'

/** How a source is read: where it is, which rows of it count, and which field holds what. */
export interface SourceSettings extends Filters {
  /** Dataset on the Hugging Face Hub: 'owner/name'. */
  hub?: string
  /** Its configuration, where it has several. */
  config?: string
  split?: string
  /** Branch, tag or commit. @default 'main' */
  revision?: string
  /** Names or patterns of its files: 'data/train-*.parquet'. @default what its card says of the split */
  files?: string | string[]
  /** Which field holds what, where the names are not recognised: `{ prompt: 'q', answer: 'a' }`. */
  fields?: FieldMap
  /** How answers are verified, where it should not be read from the row's fields. */
  kind?: Problem['kind']
  /** Licence of rows that name none. @default what the dataset's card declares */
  licence?: string
  /** Columns to read of a Parquet file. @default all */
  columns?: string[]
  /** false: a problem without an answer counts too. @default true */
  answers?: boolean
}

/** A source that has a name. */
export interface Source extends SourceSettings {
  name: string
  hub: string
  split: string
  files: string[]
  /** What it is, and where its defaults come from. */
  about: string
  /** Something to do before it can be read. */
  gated?: string
}

const NUMINA: Omit<Source, 'name' | 'about'> = {
  hub: 'AI-MO/NuminaMath-CoT',
  config: 'default',
  split: 'train',
  files: ['data/train-*.parquet'],
  fields: { prompt: 'problem', solution: 'solution', subject: 'source' },
  columns: ['problem', 'solution', 'source'],
  licence: 'apache-2.0',
  boxed: true,
}

const LABELS = 'NovaSky-AI/labeled_numina_difficulty_859K'

/** Sources of NuminaMath-CoT that the recipe does not use: their own rows with a box, whatever their difficulty. */
const OTHER_NUMINA = ['aops_forum', 'cn_k12', 'gsm8k', 'orca_math', 'synthetic_amc', 'synthetic_math']

const TACO: Omit<Source, 'name' | 'about' | 'split' | 'files'> = {
  hub: 'BAAI/TACO',
  config: 'ALL',
  // The solutions are most of its bytes and no part of a problem.
  columns: [
    'question',
    'starter_code',
    'input_output',
    'difficulty',
    'name',
    'url',
    'time_limit',
    'memory_limit',
    'tags',
  ],
  licence: 'apache-2.0',
}

const STILL2: Omit<Source, 'name' | 'about'> = {
  hub: 'RUC-AIBOX/long_form_thought_data_5k',
  config: 'default',
  split: 'train',
  files: ['*.jsonl'],
  fields: { prompt: 'question', solution: 'combined_text', subject: 'domain' },
}

/** Files of LiveCodeBench by release; each release holds those before it. */
const RELEASES = ['test.jsonl', 'test2.jsonl', 'test3.jsonl', 'test4.jsonl', 'test5.jsonl', 'test6.jsonl']

function liveCodeBench(release: number, level?: string): Omit<Source, 'name'> {
  return {
    hub: 'livecodebench/code_generation_lite',
    config: `release_v${release}`,
    split: 'test',
    files: RELEASES.slice(0, release),
    fields: { id: 'question_id', prompt: 'question_content', date: 'contest_date' },
    licence: 'cc',
    ...(level === undefined ? {} : { where: { difficulty: level } }),
    about: `LiveCodeBench, release ${release}${level === undefined ? '' : `, ${level}`}; { from, to } keeps a window of contest dates`,
  }
}

const made = new Map<string, Omit<Source, 'name'>>([
  [
    'numina:amc_aime',
    {
      ...NUMINA,
      where: { source: 'amc_aime' },
      difficulty: [1, 9],
      labels: LABELS,
      about: 'NuminaMath-CoT, AMC and AIME; recipe: boxed, difficulty 1–9 (4,070 before the filter)',
    },
  ],
  [
    'numina:math',
    {
      ...NUMINA,
      where: { source: 'math' },
      difficulty: [4, 9],
      labels: LABELS,
      about: 'NuminaMath-CoT, MATH; recipe: boxed, difficulty 4–9 (7,477 before the filter)',
    },
  ],
  [
    'numina:olympiads',
    {
      ...NUMINA,
      where: { source: 'olympiads' },
      first: 20_000,
      difficulty: [9, 9],
      labels: LABELS,
      about: 'NuminaMath-CoT, olympiads; recipe: the first 20,000, boxed, difficulty 9',
    },
  ],
  ...OTHER_NUMINA.map((source): [string, Omit<Source, 'name'>] => [
    `numina:${source}`,
    { ...NUMINA, where: { source }, about: `NuminaMath-CoT, ${source}; not in the recipe` },
  ]),
  ['numina', { ...NUMINA, about: 'NuminaMath-CoT, every source with a box; the recipe takes three of them' }],
  ...(['test', 'train'] as const).map((split): [string, Omit<Source, 'name'>] => [
    split === 'test' ? 'apps' : 'apps:train',
    {
      hub: 'codeparrot/apps',
      config: 'all',
      split,
      files: [`${split}.jsonl`],
      fields: { id: 'id', prompt: 'question' },
      licence: 'mit',
      about: `APPS, ${split} (5,000)${split === 'test' ? '; the split that the recipe samples' : ''}`,
    },
  ]),
  ['taco:test', { ...TACO, split: 'test', files: ['ALL/test-*.parquet'], about: 'TACO, test (1,000); in the recipe' }],
  ['taco:train', { ...TACO, split: 'train', files: ['ALL/train-*.parquet'], about: 'TACO, train (25,443)' }],
  ...['easy', 'medium', 'medium_hard', 'hard', 'very_hard'].map((level): [string, Omit<Source, 'name'>] => [
    `taco:${level}`,
    {
      ...TACO,
      split: 'train',
      files: ['ALL/train-*.parquet'],
      where: { difficulty: level.toUpperCase() },
      about: `TACO, train, ${level.toUpperCase()}${level === 'medium' ? '; in the recipe (3,244)' : ''}`,
    },
  ]),
  [
    'still2:science',
    {
      ...STILL2,
      where: { domain: ['physics', 'chemistry', 'biology', 'puzzle'] },
      about:
        'STILL-2, physics, chemistry, biology and puzzle: the recipe’s science and riddle portion; given() takes its traces',
    },
  ],
  ['still2', { ...STILL2, about: 'STILL-2, every domain (about 5,000); given() takes its traces' }],
  ...['math', 'code', 'physics', 'chemistry', 'biology', 'puzzle'].map((domain): [string, Omit<Source, 'name'>] => [
    `still2:${domain}`,
    { ...STILL2, where: { domain }, about: `STILL-2, ${domain}; given() takes its traces` },
  ]),
  [
    'sky-t1',
    {
      hub: 'NovaSky-AI/Sky-T1_data_17k',
      config: 'default',
      split: 'train',
      files: ['*.json'],
      answers: false,
      about: 'The released training set, 16,401 rows, for inspection; given() takes its traces',
    },
  ],
  [
    'math500',
    { hub: 'HuggingFaceH4/MATH-500', config: 'default', split: 'test', files: ['test.jsonl'], about: 'MATH-500 (500)' },
  ],
  [
    'aime24',
    {
      hub: 'AI-MO/aimo-validation-aime',
      config: 'default',
      split: 'train',
      files: ['data/train-*.parquet'],
      where: { url: /2024/ },
      licence: 'apache-2.0',
      about: 'AIME 2024 (30): rows whose address has 2024, as in the report’s evaluation',
    },
  ],
  [
    'aime25',
    {
      hub: 'opencompass/AIME2025',
      config: 'AIME2025-I and -II',
      split: 'test',
      files: ['aime2025-I*.jsonl'],
      about: 'AIME 2025, both papers (30)',
    },
  ],
  [
    'amc23',
    {
      hub: 'AI-MO/aimo-validation-amc',
      config: 'default',
      split: 'train',
      files: ['data/train-*.parquet'],
      where: { url: /2023/ },
      licence: 'apache-2.0',
      about: 'AMC 2023 (40): rows whose address has 2023',
    },
  ],
  ...(['test', 'train'] as const).map((split): [string, Omit<Source, 'name'>] => [
    split === 'test' ? 'gsm8k' : 'gsm8k:train',
    {
      hub: 'openai/gsm8k',
      config: 'main',
      split,
      files: [`main/${split}-*.parquet`],
      licence: 'mit',
      about: `GSM8K, ${split} (${split === 'test' ? '1,319' : '7,473'})`,
    },
  ]),
  [
    'gpqa',
    {
      hub: 'Idavidrein/gpqa',
      config: 'gpqa_diamond',
      split: 'train',
      files: ['gpqa_diamond.csv'],
      fields: { id: 'Record ID', prompt: 'Question', subject: 'Subdomain' },
      kind: 'choice',
      licence: 'cc-by-4.0',
      gated: 'open https://huggingface.co/datasets/Idavidrein/gpqa, log in, agree, set HF_TOKEN',
      about: 'GPQA-Diamond (198). The order of its options is a hash of question and option: the same everywhere',
    },
  ],
])

const LEVELS = ['easy', 'medium', 'hard']
for (const level of [undefined, ...LEVELS]) {
  const tail = level === undefined ? '' : `:${level}`
  // The report scores release 2.
  made.set(`livecodebench${tail}`, liveCodeBench(2, level))
  for (let release = 1; release <= RELEASES.length; release++)
    made.set(`livecodebench:release_v${release}${tail}`, liveCodeBench(release, level))
}

/** Every source by its name. */
export const CATALOGUE: ReadonlyMap<string, Source> = new Map(
  [...made].map(([name, source]) => [name, { name, ...source }]),
)

/** Names that stand for a family when somebody types only its beginning. */
export const FAMILIES = [...new Set([...CATALOGUE.keys()].map((name) => name.split(':')[0]!))]

/** The named source that is this dataset on the Hub, where only one is. */
export function byHub(hub: string): Source | undefined {
  const same = [...CATALOGUE.values()].filter((source) => source.hub.toLowerCase() === hub.toLowerCase())
  return same.length === 1 ? same[0] : undefined
}
