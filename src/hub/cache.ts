// The cache that Hugging Face's own client keeps: blobs by checksum, links to them for each commit, a commit for each
// name. What Python downloaded is found here, and the other way round.
//
//   <cache>/datasets--owner--name/blobs/<checksum>
//                                 snapshots/<commit>/<path>  → ../../blobs/<checksum>
//                                 refs/<revision>              holds the commit
//                                 .skylab/<commit>.json        ours: what the repository holds at that commit
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rename, symlink, unlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Stopped } from '../stopped.js'
import { isCommit, type Repo, type RepoFile, type RepoKind } from './repo.js'
import { cacheFolder } from './settings.js'

export class RepoCache {
  readonly name: string
  readonly folder: string

  constructor(kind: RepoKind, id: string) {
    this.name = [`${kind}s`, ...id.split('/')].join('--')
    this.folder = path.join(cacheFolder(), this.name)
  }

  blob(oid: string): string {
    return path.join(this.folder, 'blobs', oid)
  }

  pointer(commit: string, file: string): string {
    return path.join(this.folder, 'snapshots', commit, ...file.split('/'))
  }

  /** Where two processes agree who downloads. */
  lock(oid: string): string {
    return path.join(cacheFolder(), '.locks', this.name, `${oid}.skylab.lock`)
  }

  /** Whether a file of a commit is here. */
  has(commit: string, file: string): boolean {
    return existsSync(this.pointer(commit, file))
  }

  /** The commit that a revision meant when it was last asked for; undefined where it never was. */
  async commitOf(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision
    const text = await readFile(path.join(this.folder, 'refs', ...revision.split('/')), 'utf8').catch(() => '')
    return isCommit(text.trim()) ? text.trim() : undefined
  }

  /** Writes what a revision means now, if it changed. A cache that is read-only keeps what it has. */
  async setRef(revision: string, commit: string): Promise<void> {
    if (revision === commit || (await this.commitOf(revision)) === commit) return
    const file = path.join(this.folder, 'refs', ...revision.split('/'))
    await replace(file, commit).catch(() => undefined)
  }

  /** Remembers what a repository holds, so that it can be used without a network. */
  async setListing(repo: Repo): Promise<void> {
    const file = path.join(this.folder, '.skylab', `${repo.commit}.json`)
    if (!existsSync(file)) await replace(file, JSON.stringify(repo)).catch(() => undefined)
  }

  /**
   * What the cache knows of a commit: the list that was remembered, else (where Python downloaded it) the files that are
   * there. undefined where there is nothing.
   */
  async listing(kind: RepoKind, id: string, commit: string): Promise<Repo | undefined> {
    const text = await readFile(path.join(this.folder, '.skylab', `${commit}.json`), 'utf8').catch(() => undefined)
    if (text !== undefined) return JSON.parse(text) as Repo
    const root = path.join(this.folder, 'snapshots', commit)
    const found = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
    const files: RepoFile[] = found
      .filter((entry) => !entry.isDirectory())
      .map((entry) => {
        const name = path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/')
        return { path: name, size: -1, oid: '', sum: 'git' }
      })
    return files.length === 0
      ? undefined
      : { kind, id, commit, files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) }
  }

  /** Makes a file of a commit point to its blob. Where links cannot be made, the bytes are copied. */
  async point(commit: string, file: string, oid: string): Promise<void> {
    const pointer = this.pointer(commit, file)
    if (existsSync(pointer)) return
    await mkdir(path.dirname(pointer), { recursive: true })
    const target = path.relative(path.dirname(pointer), this.blob(oid))
    try {
      await symlink(target, pointer)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // Another process was first, or a link points to nothing.
      if (code === 'EEXIST') {
        if (existsSync(pointer)) return
        await unlink(pointer).catch(() => undefined)
        await symlink(target, pointer)
      } else if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') await copyFile(this.blob(oid), pointer)
      else throw error
    }
  }
}

/** Writes a small file so that nobody ever reads half of it. */
async function replace(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const beside = `${file}.${process.pid}.${Math.random().toString(36).slice(2, 8)}`
  await writeFile(beside, text)
  await rename(beside, file)
}

/** What the disk says of a write that failed. */
export function diskFault(error: unknown, folder: string, needed?: number): Stopped {
  const { code = 'unknown', message } = error as NodeJS.ErrnoException
  const size = needed === undefined ? '' : ` (${megabytes(needed)} to come)`
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new Stopped(
      'disk',
      `The disk is full${size}: ${folder} (${code}). What has come is kept.`,
      `Make room (df -h ${folder}), or another place: HF_HUB_CACHE=/bigger/disk; then run it again: it continues.`,
      error,
    )
  return new Stopped(
    'disk',
    `${folder} cannot be written to (${code === 'unknown' ? message : code}).`,
    'A folder of yours: HF_HUB_CACHE=… (it is ~/.cache/huggingface/hub where nothing is set)',
    error,
  )
}

export function megabytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}
