// Files of a repository, on this machine: from the cache where they are in it, from the Hub where not.
import path from 'node:path'
import { host } from '../host.js'
import { Stopped } from '../stopped.js'
import { count, pool } from '../workspace/index.js'
import { megabytes, RepoCache } from './cache.js'
import { download } from './download.js'
import { ByteProgress } from './progress.js'
import { askRepo, checkRepo, isCommit, type Repo, type RepoFile, type RepoKind } from './repo.js'
import { endpoint, isOffline } from './settings.js'

export interface HubOptions {
  /** @default 'dataset' */
  kind?: RepoKind
  /** A branch, a tag or a commit. @default 'main' */
  revision?: string
  /** @default what interrupts the cell */
  signal?: AbortSignal
}

/** Files at once. More would only divide the same line. */
const AT_ONCE = 4

/**
 * A repository on the Hub: its commit, its licence, its files. Without a network, or with HF_HUB_OFFLINE, it is what the
 * cache knows of it, and that is said on the console.
 *
 * @param id 'owner/name'
 * @throws Stopped: 'no-dataset', 'no-key', 'bad-key' (what to click and type is in its fix), 'no-server'.
 */
export async function hubRepo(id: string, options: HubOptions = {}): Promise<Repo> {
  const { kind = 'dataset', revision = 'main', signal = host().signal() } = options
  checkRepo(kind, id)
  const cache = new RepoCache(kind, id)
  const commit = await cache.commitOf(revision)
  const known = commit === undefined ? undefined : await cache.listing(kind, id, commit)
  // A commit never changes: what was listed once needs no question.
  if (known && isCommit(revision) && known.files.every(({ size }) => size >= 0)) return known
  if (isOffline()) {
    if (known) return known
    throw notHere(id, kind, revision)
  }
  let repo: Repo
  try {
    // What is here already is not worth a long wait for a server that is away.
    repo = await askRepo(kind, id, revision, { signal, tries: known ? 2 : 5 })
  } catch (error) {
    if (!(known && error instanceof Stopped && error.code === 'no-server')) throw error
    console.warn(`${error.message} ${id} is taken as it was downloaded before: commit ${known.commit.slice(0, 12)}.`)
    return known
  }
  await cache.setListing(repo)
  await cache.setRef(revision, repo.commit)
  return repo
}

/**
 * Brings files of a repository to this machine and gives their places, in the order asked for. Broken downloads are continued,
 * every file's checksum is compared with the Hub's, and the cache is that of Hugging Face's own client.
 *
 * @throws Stopped: as `hubRepo`; 'disk'; 'bad-data' where bytes are not those that were promised; 'interrupted'.
 */
export async function hubFiles(
  repo: Repo,
  files: RepoFile[],
  options: Pick<HubOptions, 'signal'> = {},
): Promise<string[]> {
  const { signal = host().signal() } = options
  const cache = new RepoCache(repo.kind, repo.id)
  const missing = files.filter(({ path: name }) => !cache.has(repo.commit, name))
  if (missing.length > 0) {
    if (isOffline() || missing.some(({ size }) => size < 0)) throw notHere(repo.id, repo.kind, repo.commit, missing)
    const total = missing.reduce((sum, { size }) => sum + size, 0)
    const progress = new ByteProgress(`download ${repo.id}`, total)
    let how: 'done' | 'interrupted' | 'stopped' = 'stopped'
    try {
      const get = async (file: RepoFile, _: number, stop: AbortSignal) =>
        await download(cache, repo, file, stop, (bytes) => progress.add(bytes))
      for await (const _ of pool(missing, AT_ONCE, get, signal)) void _
      how = 'done'
    } catch (error) {
      if (!signal.aborted) throw error
      how = 'interrupted'
      throw new Stopped(
        'interrupted',
        `The download of ${repo.id} was interrupted (${count(missing.length, 'file')}, ${megabytes(total)}).`,
        'Run it again: it continues where it stopped.',
        error,
      )
    } finally {
      progress.end(how)
    }
  }
  return files.map(({ path: name }) => cache.pointer(repo.commit, name))
}

function notHere(id: string, kind: RepoKind, revision: string, missing: RepoFile[] = []): Stopped {
  const flag = kind === 'dataset' ? ' --repo-type dataset' : ''
  const names = missing.slice(0, 3).map(({ path: name }) => name)
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : ''
  const what =
    missing.length > 0
      ? `${names.join(', ')}${more} of ${id} ${missing.length === 1 ? 'is' : 'are'} not in the cache`
      : `${id} (${revision}) is not in the cache`
  return new Stopped(
    'no-server',
    `${what}, and ${isOffline() ? 'HF_HUB_OFFLINE is set' : `${new URL(endpoint()).host} was not asked`}: ${path.dirname(new RepoCache(kind, id).folder)}.`,
    `Once, with a network: hf download ${id}${flag}`,
  )
}
