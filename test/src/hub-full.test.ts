// A disk that fills while files come from the Hub: a real file system of one megabyte, where this machine lets us mount one.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hubFiles, hubRepo } from '../../src/hub/index.js'
import { begin, end, folder, hub, serve } from './hub-setting.js'
import { stoppedBy } from './stopped-by.js'

const data = randomBytes(600_000)
const MOUNTS = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0

let disk: string

beforeEach(() => {
  begin()
  disk = path.join(folder, 'hub')
  mkdirSync(disk)
  if (MOUNTS) spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk])
})

afterEach(async () => {
  if (MOUNTS) spawnSync('umount', [disk])
  await end()
})

const fill = (bytes: number) => writeFileSync(path.join(disk, 'other'), Buffer.alloc(bytes))
const parts = () =>
  readdirSync(disk, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.incomplete'))
    .map((name) => statSync(path.join(disk, name)).size)

describe.skipIf(!MOUNTS)('a disk without room', () => {
  it('is told before the download, with what it needs and what there is', async () => {
    await serve({ id: 'owner/set', files: { 'a.bin': data } })
    const repo = await hubRepo('owner/set')
    fill(600_000)
    hub.seen.length = 0
    const error = await stoppedBy(hubFiles(repo, repo.files))
    expect(error).toMatchObject({ code: 'disk', fix: expect.stringContaining('HF_HUB_CACHE=') })
    expect(error.message).toMatch(/^a\.bin needs 600 kB, and .+ has \d+ kB left\.$/)
    expect(hub.seen.filter(({ host }) => host === 'storage')).toEqual([])
  })

  it('that fills on the way keeps what has come, and the next run fetches the rest only', async () => {
    await serve({ id: 'owner/set', files: { 'a.bin': data } })
    const repo = await hubRepo('owner/set')
    hub.bytes = (bytes) => {
      fill(700_000)
      return { bytes }
    }
    const error = await stoppedBy(hubFiles(repo, repo.files))
    expect(error).toMatchObject({ code: 'disk', fix: expect.stringContaining('it continues') })
    expect(error.message).toMatch(/^The disk is full .+ENOSPC.+What has come is kept\.$/)
    const [part] = parts()
    expect(part).toBeGreaterThan(0)
    expect(part).toBeLessThan(data.length)

    rmSync(path.join(disk, 'other'))
    hub.bytes = undefined
    hub.seen.length = 0
    const [place] = await hubFiles(repo, repo.files)
    expect(readFileSync(place!)).toEqual(data)
    expect(hub.seen.find(({ host }) => host === 'storage')!.range).toBe(`bytes=${part}-`)
    expect(parts()).toEqual([])
  })
})
