// The datasets that can be asked for by name, and what to say about the others.
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { fixture } from '../fixtures.js'
import { nearest } from '../nearest.js'
import { Stopped } from '../stopped.js'

/** Written for this project; their files come with the package. */
const BUILT_IN: Record<string, string> = {
  practice: 'problems.jsonl',
  'practice:bench': 'bench.jsonl',
}

/** Public datasets of the recipe and its benchmarks: their name here, and where they are on the Hugging Face Hub. */
const PUBLISHED: Record<string, string> = {
  numina: 'AI-MO/NuminaMath-CoT',
  apps: 'codeparrot/apps',
  taco: 'BAAI/TACO',
  still2: 'RUC-AIBOX/long_form_thought_data_5k',
  math500: 'HuggingFaceH4/MATH-500',
  aime24: 'HuggingFaceH4/aime_2024',
  aime25: 'opencompass/AIME2025',
  amc23: 'AI-MO/aimo-validation-amc',
  gsm8k: 'openai/gsm8k',
  livecodebench: 'livecodebench/code_generation_lite',
  gpqa: 'Idavidrein/gpqa (gated: accept its terms first)',
}

const FORMATS = 'JSON Lines, a JSON array, CSV or TSV, gzipped or not'

/** A source that can be read: its name, and its file. */
export interface Found {
  name: string
  file: string
}

/**
 * The file behind a source: a name that comes with the package, or a path. Stops with 'no-dataset' for a public dataset
 * (which this version does not fetch) and for a name that nobody knows, with 'no-file' for a path where nothing is.
 */
export async function findSource(source: string): Promise<Found> {
  if (typeof source !== 'string' || source.trim() === '') {
    throw new Stopped(
      'bad-call',
      `A source is ${JSON.stringify(source)}, not a name or a path.`,
      "problems('practice')",
    )
  }
  const builtIn = BUILT_IN[source]
  if (builtIn !== undefined) return { name: source, file: fixture(builtIn) }
  const entries = await readdir(source).catch((error: NodeJS.ErrnoException) => error)
  if (Array.isArray(entries)) throw folder(source, entries)
  if (entries.code === 'ENOTDIR') return { name: baseName(source), file: source }
  const dataset = source.split(':')[0]!.toLowerCase()
  const published = PUBLISHED[dataset] ?? Object.values(PUBLISHED).find((hub) => hub.split(' ')[0] === source)
  if (published !== undefined) throw notFetched(source, published)
  if (/\.[a-z0-9]{2,7}$/i.test(source) || /^[.~]?[/\\]|\\/.test(source)) throw await noFile(source)
  throw noDataset(source)
}

/** `data/math500.jsonl.gz` → `math500`. */
export function baseName(file: string): string {
  return path.basename(file).replace(/(\.(jsonl?|ndjson|csv|tsv|txt|json))?(\.gz)?$/i, '') || path.basename(file)
}

function folder(source: string, entries: string[]): Stopped {
  const readable = entries.filter((entry) => /\.(jsonl?|ndjson|csv|tsv)(\.gz)?$/i.test(entry)).sort()
  const fix = readable[0] ? `problems(${JSON.stringify(path.join(source, readable[0]))})` : `Give a file: ${FORMATS}.`
  const holds =
    readable.length > 0 ? `it holds ${readable.slice(0, 8).join(', ')}` : 'no file in it is a format that is read here'
  return new Stopped('no-file', `${source} is a folder; ${holds}.`, fix)
}

function notFetched(source: string, hub: string): Stopped {
  const file = `${source.split(/[:/]/)[0]!.toLowerCase()}.jsonl`
  return new Stopped(
    'no-dataset',
    `${JSON.stringify(source)} is ${hub} on the Hugging Face Hub. This version does not download datasets; it reads files (${FORMATS}).`,
    `Download it, write it as JSON Lines and give the path: problems('${file}'). What needs no download: problems('practice').`,
  )
}

function noDataset(source: string): Stopped {
  const names = [...Object.keys(BUILT_IN), ...Object.keys(PUBLISHED)]
  const near = nearest(source, names)
  const known = `Known without a file: ${Object.keys(BUILT_IN).join(', ')}. Known, to be given as a file: ${Object.keys(PUBLISHED).join(', ')}.`
  // A public dataset is a name that would be refused as well: it needs its file.
  const guess = near === undefined ? 'practice' : near in PUBLISHED ? `${near}.jsonl` : near
  return new Stopped(
    'no-dataset',
    `There is no dataset and no file ${JSON.stringify(source)}. ${known}`,
    `problems('${guess}'), or the path of a file: ${FORMATS}`,
  )
}

async function noFile(source: string): Promise<Stopped> {
  const dir = path.dirname(source)
  const names = await readdir(dir).catch(() => undefined)
  if (names === undefined)
    return new Stopped('no-file', `There is no folder ${dir} (for ${source}).`, `ls ${path.dirname(dir)}`)
  // Without the endings, or any two files of one format would be alike.
  const near = nearest(baseName(source), names.map(baseName))
  const file = names.find((name) => baseName(name) === near)
  const fix = file === undefined ? `ls ${dir}` : `problems(${JSON.stringify(path.join(dir, file))})`
  return new Stopped('no-file', `There is no file ${source}.`, fix)
}
