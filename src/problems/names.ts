// What somebody means by a source: a name, a file, an address, a dataset on the Hub. And what to say where it is none.
import { createWriteStream } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fixture } from '../fixtures.js'
import { endpoint, hubFiles } from '../hub/index.js'
import { nearest } from '../nearest.js'
import { Stopped } from '../stopped.js'
import type { SourceAccount, SourceFile } from './account.js'
import { byHub, CATALOGUE, FAMILIES, type SourceSettings } from './catalogue.js'
import { chooseFiles } from './hub-files.js'

/** Written for this project; their files come with the package. */
const BUILT_IN: Record<string, string> = {
  practice: 'problems.jsonl',
  'practice:bench': 'bench.jsonl',
}

const FORMATS = 'JSON Lines, a JSON array, CSV, TSV or Parquet, packed by gzip or zstd or not'

/** A source that can be read. */
export interface Origin {
  name: string
  settings: SourceSettings
  /** The file, where it is one of the user's. */
  file?: string
  /** Whether something may have to be downloaded first. */
  remote: boolean
  /** Brings its files to this machine. */
  open(signal: AbortSignal): Promise<Opened>
}

export interface Opened {
  /** `local` is where the bytes are, `file` how it is named in an account. */
  files: (SourceFile & { local: string })[]
  hub?: SourceAccount['hub']
  licence?: string
  /** Removes what was only needed for reading. */
  close?(): Promise<void>
}

/**
 * The source behind a name that comes with the package, a path, a name of the catalogue, an http address, `hf://datasets/…`
 * or `owner/name` on the Hub. `own` goes before the defaults of a named one.
 *
 * @throws Stopped 'no-dataset' for a name that nobody knows, 'no-file' for a path where nothing is, 'bad-call'.
 */
export async function findSource(source: string, own: SourceSettings = {}): Promise<Origin> {
  if (typeof source !== 'string' || source.trim() === '') {
    throw new Stopped(
      'bad-call',
      `A source is ${JSON.stringify(source)}, not a name or a path.`,
      "problems('practice')",
    )
  }
  const builtIn = BUILT_IN[source]
  if (builtIn !== undefined) return ofFile(source, fixture(builtIn), own)
  const entries = await readdir(source).catch((error: NodeJS.ErrnoException) => error)
  if (Array.isArray(entries)) throw folder(source, entries)
  if (entries.code === 'ENOTDIR') return ofFile(baseName(source), source, own)
  const named = CATALOGUE.get(source.toLowerCase())
  if (named !== undefined) return ofHub(named.name, named.hub, merged(named, own))
  const address = hubAddress(source)
  if (address !== undefined) return ofHub(address.id, address.id, { ...address.settings, ...own })
  if (/^https?:\/\//i.test(source)) return ofAddress(source, own)
  if (/\.(?:jsonl?|ndjson|csv|tsv|txt|parquet|gz|zst|arrow)$/i.test(source) || /^[.~]?[/\\]|\\/.test(source))
    throw await noFile(source)
  const family = source.split(':')[0]!.toLowerCase()
  if (FAMILIES.includes(family)) throw noMember(source, family)
  if (/^[A-Za-z0-9][\w.-]*\/[\w.-]+$/.test(source)) {
    const known = byHub(source)
    return ofHub(source, source, known ? merged(known, own) : own)
  }
  throw await noDataset(source)
}

/** A named source with the caller's own settings before its defaults. */
function merged(
  { name: _, about: __, gated: ___, ...defaults }: SourceSettings & { name?: string; about?: string; gated?: string },
  own: SourceSettings,
): SourceSettings {
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined))
  const fields = own.fields ? { ...defaults.fields, ...own.fields } : defaults.fields
  // Another split has other files, and a field or a condition of the caller's may need a column that is usually left out.
  const { files, columns, ...rest } = defaults
  const other = own.split !== undefined || own.config !== undefined || own.hub !== undefined
  const all = other || own.fields !== undefined || own.where !== undefined
  return {
    ...rest,
    ...(other || files === undefined ? {} : { files }),
    ...(all || columns === undefined ? {} : { columns }),
    ...given,
    ...(fields ? { fields } : {}),
    ...(other && own.config === undefined && own.hub === undefined ? { config: undefined } : {}),
  }
}

function ofFile(name: string, file: string, settings: SourceSettings): Origin {
  return {
    name,
    settings,
    file,
    remote: false,
    open: async () => ({ files: [{ local: file, file, size: (await stat(file)).size }] }),
  }
}

function ofHub(name: string, hub: string, settings: SourceSettings): Origin {
  const id = settings.hub ?? hub
  return {
    name,
    settings,
    remote: true,
    async open(signal) {
      const { repo, files, config, split } = await chooseFiles(id, settings, signal)
      const places = await hubFiles(repo, files, { signal })
      const at = `hf://datasets/${id}@${repo.commit}`
      const opened: Opened['files'] = []
      for (const [i, { path: name, oid, sum, size }] of files.entries())
        opened.push({
          local: places[i]!,
          file: `${at}/${name}`,
          size: size >= 0 ? size : (await stat(places[i]!)).size,
          ...(sum === 'sha256' ? { sha256: oid } : {}),
        })
      return {
        files: opened,
        hub: {
          id,
          ...(config === undefined ? {} : { config }),
          ...(split === undefined ? {} : { split }),
          revision: settings.revision ?? 'main',
          commit: repo.commit,
        },
        ...(repo.licence === undefined ? {} : { licence: repo.licence }),
      }
    },
  }
}

/** `hf://datasets/owner/name@revision/path`, or a page of a dataset on the Hub. */
function hubAddress(source: string): { id: string; settings: SourceSettings } | undefined {
  const hf = /^hf:\/\/datasets\/([\w.-]+\/[\w.-]+)(?:@([^/]+))?(?:\/(.+))?$/.exec(source)
  const page = source.startsWith(`${endpoint()}/datasets/`)
    ? /^([\w.-]+\/[\w.-]+)(?:\/(?:resolve|blob|tree|raw)\/([^/]+)(?:\/([^?#]+))?)?\/?(?:[?#].*)?$/.exec(
        source.slice(`${endpoint()}/datasets/`.length),
      )
    : null
  const found = hf ?? page
  if (!found) return undefined
  const [, id, revision, files] = found
  return {
    id: id!,
    settings: {
      ...(revision === undefined ? {} : { revision: decodeURIComponent(revision) }),
      ...(files === undefined ? {} : { files: decodeURIComponent(files) }),
    },
  }
}

function ofAddress(address: string, settings: SourceSettings): Origin {
  return {
    name: baseName(new URL(address).pathname),
    settings,
    remote: true,
    async open(signal) {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'skylab-'))
      const close = () => rm(folder, { recursive: true, force: true })
      const local = path.join(folder, 'rows')
      try {
        const response = await fetch(address, { signal })
        if (!response.ok || response.body === null)
          throw new Stopped(
            'no-file',
            `${new URL(address).host} answered ${response.status} for ${shownAddress(address)}.`,
            `curl -I '${shownAddress(address)}'`,
          )
        await pipeline(Readable.fromWeb(response.body as never), createWriteStream(local), { signal })
      } catch (error) {
        await close()
        if (error instanceof Stopped || signal.aborted) throw signal.aborted ? signal.reason : error
        const { message, cause } = error as Error & { cause?: { code?: string } }
        throw new Stopped(
          'no-file',
          `${shownAddress(address)} cannot be fetched (${cause?.code ?? message}).`,
          `curl -O '${shownAddress(address)}'`,
        )
      }
      return { files: [{ local, file: shownAddress(address), size: (await stat(local)).size }], close }
    },
  }
}

/** Without a query and without a user: they may hold a key. */
function shownAddress(address: string): string {
  const { origin, pathname } = new URL(address)
  return origin + pathname
}

/** `data/math500.jsonl.gz` → `math500`. */
function baseName(file: string): string {
  return (
    path.basename(file).replace(/(\.(jsonl?|ndjson|csv|tsv|txt|json|parquet))?(\.(gz|zst))?$/i, '') ||
    path.basename(file)
  )
}

function folder(source: string, entries: string[]): Stopped {
  const readable = entries.filter((entry) => /\.(jsonl?|ndjson|csv|tsv|parquet)(\.(gz|zst))?$/i.test(entry)).sort()
  const fix = readable[0] ? `problems(${JSON.stringify(path.join(source, readable[0]))})` : `Give a file: ${FORMATS}.`
  const holds =
    readable.length > 0 ? `it holds ${readable.slice(0, 8).join(', ')}` : 'no file in it is a format that is read here'
  return new Stopped('no-file', `${source} is a folder; ${holds}.`, fix)
}

function noMember(source: string, family: string): Stopped {
  const members = [...CATALOGUE.keys()].filter((name) => name === family || name.startsWith(`${family}:`))
  const near = nearest(source, members) ?? members[0]!
  const shown = members.length > 12 ? `${members.slice(0, 12).join(', ')}, …` : members.join(', ')
  const what =
    source.toLowerCase() === family
      ? `${JSON.stringify(source)} has several parts`
      : `There is no ${JSON.stringify(source)}`
  return new Stopped('no-dataset', `${what}: ${shown}.`, `problems('${near}')`)
}

async function noDataset(source: string): Promise<Stopped> {
  const names = [...Object.keys(BUILT_IN), ...CATALOGUE.keys()]
  const files = (await readdir('.').catch(() => [])).filter((file) => /\.\w+$/.test(file))
  const near = nearest(source, names) ?? nearest(source, files) ?? 'practice'
  const known = `Known by name: ${[...Object.keys(BUILT_IN), ...FAMILIES].join(', ')}; sources() lists them all. Any other dataset of the Hub is 'owner/name'.`
  return new Stopped(
    'no-dataset',
    `There is no dataset and no file ${JSON.stringify(source)}. ${known}`,
    `problems('${near}'), or the path of a file: ${FORMATS}`,
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
  return new Stopped(
    'no-file',
    `There is no file ${source}${path.isAbsolute(source) ? '' : `; looked for at ${path.resolve(source)}`}.`,
    fix,
  )
}
