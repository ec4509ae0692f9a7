// What a repository on the Hub holds: its commit, its licence, its files with sizes and checksums.
import { Stopped } from '../stopped.js'
import type { Asked } from './faults.js'
import { type HubRequest, hubJson } from './request.js'
import { endpoint } from './settings.js'

export type RepoKind = Asked['kind']

/** A file of a repository at one commit. */
export interface RepoFile {
  path: string
  size: number
  /** The name under which its bytes are kept: the sha256 of a large file, the git blob's sha1 of a small one. */
  oid: string
  /** How `oid` is computed. */
  sum: 'sha256' | 'git'
}

/** A repository at one commit. */
export interface Repo {
  kind: RepoKind
  id: string
  /** 40 hex digits. */
  commit: string
  /** As the card declares it: 'apache-2.0'. */
  licence?: string
  /** What the card says of configurations and their files. */
  configs?: RepoConfig[]
  files: RepoFile[]
}

export interface RepoConfig {
  config_name: string
  default?: boolean
  data_files?: string | string[] | { split: string; path: string | string[] }[]
}

interface Info {
  id: string
  sha: string
  tags?: string[]
  cardData?: { license?: string | string[]; configs?: RepoConfig[] }
}

interface Entry {
  type: 'file' | 'directory'
  path: string
  size: number
  oid: string
  lfs?: { oid: string; size: number }
}

const api = (kind: RepoKind, repo: string): string =>
  `/api/${kind === 'dataset' ? 'datasets' : 'models'}/${repo.split('/').map(encodeURIComponent).join('/')}`

export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision)

/** Address of a file's bytes. */
export function fileAddress(kind: RepoKind, repo: string, commit: string, path: string): string {
  const name = path.split('/').map(encodeURIComponent).join('/')
  return `/${kind === 'dataset' ? 'datasets/' : ''}${repo}/resolve/${encodeURIComponent(commit)}/${name}`
}

/** Asks the Hub for a repository: its commit now, its licence, and all its files. @throws Stopped */
export async function askRepo(
  kind: RepoKind,
  id: string,
  revision: string,
  how: Pick<HubRequest, 'signal' | 'tries'>,
): Promise<Repo> {
  const request = { ...how, asked: { kind, repo: id, revision } }
  const { value } = await hubJson<Info>(`${api(kind, id)}/revision/${encodeURIComponent(revision)}`, request)
  const { sha, cardData, tags = [] } = value
  if (typeof sha !== 'string' || !isCommit(sha))
    throw new Stopped(
      'no-server',
      `${new URL(endpoint()).host} names no commit for the ${kind} ${id}: it is not a Hub.`,
      'Check HF_ENDPOINT.',
    )
  const declared = [cardData?.license ?? []].flat()
  const tagged = tags.filter((tag) => tag.startsWith('license:')).map((tag) => tag.slice('license:'.length))
  const licence = (declared.length > 0 ? declared : tagged).join(', ')
  return {
    kind,
    id,
    commit: sha,
    ...(licence === '' ? {} : { licence }),
    ...(Array.isArray(cardData?.configs) ? { configs: cardData.configs } : {}),
    files: await tree(kind, id, sha, request),
  }
}

async function tree(kind: RepoKind, id: string, commit: string, request: HubRequest): Promise<RepoFile[]> {
  const files: RepoFile[] = []
  let page: string | undefined = `${api(kind, id)}/tree/${commit}?recursive=true&expand=false`
  while (page !== undefined) {
    const { value, headers }: { value: Entry[]; headers: Headers } = await hubJson<Entry[]>(page, request)
    for (const { type, path, size, oid, lfs } of value) {
      if (type !== 'file') continue
      if (!isSafe(path))
        throw new Stopped(
          'bad-data',
          `The ${kind} ${id} names a file ${JSON.stringify(path)}, which would lie outside of its folder.`,
          'Do not use this dataset.',
        )
      files.push(lfs ? { path, size: lfs.size, oid: lfs.oid, sum: 'sha256' } : { path, size, oid, sum: 'git' })
    }
    page = /<([^>]+)>\s*;\s*rel="?next"?/.exec(headers.get('link') ?? '')?.[1]
  }
  return files
}

function isSafe(path: string): boolean {
  return (
    path !== '' &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0:]/.test(part))
  )
}

/** Checks an `owner/name`, which becomes part of addresses and folders. */
export function checkRepo(kind: RepoKind, id: string): void {
  if (/^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9_][\w.-]*)?$/.test(id) && !/\.\.|--/.test(id)) return
  throw new Stopped('bad-call', `${JSON.stringify(id)} is not the name of a ${kind} on the Hub.`, "'owner/name'")
}
