// Which files of a dataset on the Hub are a split of it.
import { hubRepo, matching, type Repo, type RepoConfig, type RepoFile } from '../hub/index.js'
import { Stopped } from '../stopped.js'
import type { SourceSettings } from './catalogue.js'

export interface Chosen {
  repo: Repo
  files: RepoFile[]
  config?: string
  split?: string
}

const DATA = /\.(?:jsonl?|ndjson|csv|tsv|parquet)(?:\.(?:gz|zst))?$/i
/** Names of splits as file names have them. */
const SPLITS = /(?:^|[/._-])(train|training|test|testing|validation|valid|val|dev|eval)(?=[/._\d-]|$)/i
const SAME: Record<string, string> = {
  training: 'train',
  testing: 'test',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  eval: 'test',
}
/** Where the Hub keeps its own conversion of a dataset. */
const CONVERTED = 'refs/convert/parquet'

/**
 * The repository of a dataset and the files of one split: those that are named in the call, else what the card says, else
 * what the names of the files say, else the Hub's own conversion to Parquet (datasets that are a script).
 *
 * @throws Stopped: 'bad-call' where there are several configurations or splits, with their names; 'no-file' where there is
 * no data; whatever the Hub refuses.
 */
export async function chooseFiles(id: string, settings: SourceSettings, signal: AbortSignal): Promise<Chosen> {
  const { revision = 'main', split, config } = settings
  const repo = await hubRepo(id, { revision, signal })
  if (settings.files !== undefined) {
    const patterns = [settings.files].flat()
    const files = sorted(matching(repo.files, patterns))
    const absent = patterns.filter((pattern) => matching(repo.files, [pattern]).length === 0)
    if (absent.length > 0) throw noFiles(repo, absent)
    const chosen = {
      repo,
      files,
      ...(config === undefined ? {} : { config }),
      ...(split === undefined ? {} : { split }),
    }
    // One part that is asked for by its name is that part.
    return patterns.some((pattern) => /[*?[{]/.test(pattern)) ? whole(chosen) : chosen
  }
  const said = repo.configs?.filter(({ data_files }) => data_files !== undefined) ?? []
  if (said.length > 0) return whole(byCard(repo, said, settings))
  const data = repo.files.filter(({ path }) => DATA.test(path))
  if (data.length > 0 && config === undefined) return whole(byName(repo, data, split))
  return whole(await converted(id, settings, signal))
}

function byCard(repo: Repo, configs: RepoConfig[], { config, split }: SourceSettings): Chosen {
  const names = configs.map(({ config_name }) => config_name)
  const found =
    configs.find(({ config_name }) => config_name === config) ??
    (config === undefined
      ? (configs.find((one) => one.default) ??
        configs.find(({ config_name }) => config_name === 'default') ??
        (configs.length === 1 ? configs[0] : undefined))
      : undefined)
  if (found === undefined)
    throw ask(
      repo.id,
      config === undefined ? 'has several configurations' : `has no configuration ${JSON.stringify(config)}`,
      'config',
      names,
    )
  const listed = found.data_files!
  const splits =
    typeof listed === 'string' || typeof listed[0] === 'string'
      ? [{ split: 'train', path: listed as string | string[] }]
      : (listed as { split: string; path: string | string[] }[])
  const one =
    splits.find((it) => it.split === split) ?? (split === undefined && splits.length === 1 ? splits[0] : undefined)
  if (one === undefined)
    throw ask(
      repo.id,
      split === undefined ? 'has several splits' : `has no split ${JSON.stringify(split)}`,
      'split',
      splits.map((it) => it.split),
    )
  const files = sorted(matching(repo.files, [one.path].flat()))
  if (files.length === 0) throw noFiles(repo, [one.path].flat())
  return { repo, files, config: found.config_name, split: one.split }
}

function byName(repo: Repo, data: RepoFile[], split: string | undefined): Chosen {
  const groups = new Map<string, RepoFile[]>()
  for (const file of data) {
    const word = SPLITS.exec(file.path)?.[1]?.toLowerCase()
    const name = word === undefined ? 'train' : (SAME[word] ?? word)
    groups.set(name, [...(groups.get(name) ?? []), file])
  }
  const name = split ?? (groups.size === 1 ? [...groups.keys()][0] : undefined)
  const files = name === undefined ? undefined : groups.get(name)
  if (files === undefined)
    throw ask(repo.id, split === undefined ? 'has several splits' : `has no split ${JSON.stringify(split)}`, 'split', [
      ...groups.keys(),
    ])
  return { repo, files: sorted(files), split: name! }
}

/** refs/convert/parquet holds `config/split/0000.parquet`; a split that was too large is `partial-split` and is not all. */
async function converted(id: string, { config, split }: SourceSettings, signal: AbortSignal): Promise<Chosen> {
  const repo = await hubRepo(id, { revision: CONVERTED, signal }).catch((error: unknown) => {
    if (error instanceof Stopped && error.code === 'no-dataset' && /revision/.test(error.message)) return undefined
    throw error
  })
  const parts = (repo?.files ?? [])
    .map((file) => ({ file, names: file.path.split('/') }))
    .filter(({ names, file }) => names.length === 3 && file.path.endsWith('.parquet'))
  if (repo === undefined || parts.length === 0)
    throw new Stopped(
      'no-file',
      `${id} has no file that is read here (JSON Lines, JSON, CSV, TSV or Parquet), and the Hub has not converted it.`,
      'Download it by its own means and give the file: problems("rows.jsonl")',
    )
  const configs = [...new Set(parts.map(({ names }) => names[0]!))]
  const chosen = config ?? (configs.length === 1 ? configs[0]! : configs.includes('default') ? 'default' : undefined)
  if (chosen === undefined || !configs.includes(chosen))
    throw ask(
      id,
      config === undefined ? 'has several configurations' : `has no configuration ${JSON.stringify(config)}`,
      'config',
      configs,
    )
  const splits = [...new Set(parts.filter(({ names }) => names[0] === chosen).map(({ names }) => names[1]!))]
  const name = split ?? (splits.length === 1 ? splits[0]! : undefined)
  if (name !== undefined && splits.includes(`partial-${name}`))
    throw new Stopped(
      'no-file',
      `The Hub has converted only a part of ${name} of ${id}.`,
      "Name its own files: problems(…, { files: '…' })",
    )
  if (name === undefined || !splits.includes(name))
    throw ask(id, split === undefined ? 'has several splits' : `has no split ${JSON.stringify(split)}`, 'split', splits)
  const files = parts.filter(({ names }) => names[0] === chosen && names[1] === name).map(({ file }) => file)
  return { repo, files: sorted(files), config: chosen, split: name }
}

/** In the order of their names, numbers as numbers: test.jsonl before test2.jsonl before test10.jsonl. */
function sorted(files: RepoFile[]): RepoFile[] {
  const compare = new Intl.Collator('en', { numeric: true }).compare
  const stem = ({ path }: RepoFile) => path.replace(DATA, '')
  return [...files].sort((a, b) => compare(stem(a), stem(b)) || compare(a.path, b.path))
}

/** A part that is missing (the cache knows only what was downloaded) must not be taken for the whole. */
function whole(chosen: Chosen): Chosen {
  for (const { path } of chosen.files) {
    const [, stem, total] = /^(.*?-)\d{5}-of-(\d{5})\b/.exec(path) ?? []
    if (stem === undefined) continue
    const there = chosen.files.filter((file) => file.path.startsWith(stem) && file.path.includes(`-of-${total}`)).length
    if (there < Number(total))
      throw new Stopped(
        'no-file',
        `Of ${stem}…-of-${total} of ${chosen.repo.id}, ${there} of ${Number(total)} parts are here.`,
        `Once, with a network: hf download ${chosen.repo.id} --repo-type dataset`,
      )
  }
  return chosen
}

function noFiles(repo: Repo, patterns: string[]): Stopped {
  const data = repo.files.filter(({ path }) => DATA.test(path)).map(({ path }) => path)
  const shown = (data.length > 0 ? data : repo.files.map(({ path }) => path)).slice(0, 8)
  return new Stopped(
    'no-file',
    `${repo.id} has no file ${patterns.join(', ')} at ${repo.commit.slice(0, 12)}; it holds ${shown.join(', ')}${data.length > 8 ? ', …' : ''}.`,
    `problems(…, { files: ${JSON.stringify(shown[0] ?? 'data.jsonl')} })`,
  )
}

function ask(id: string, what: string, option: string, names: string[]): Stopped {
  return new Stopped(
    'bad-call',
    `${id} ${what}: ${names.join(', ')}.`,
    `problems('${id}', { ${option}: '${names[0]}' })`,
  )
}
