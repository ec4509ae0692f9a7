// Hugging Face's own client beside ours, on one server and one cache: what one has downloaded the other finds.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hubFiles, hubRepo } from '../../src/hub/index.js'
import { type FakeHub, fakeHub } from '../src/hub-server.js'

const python = process.env.SKYLAB_HUB_PYTHON ?? path.join(os.homedir(), '.cache/skylab-ci/hub/bin/python')
const files = {
  'README.md': '---\nlicense: mit\n---\n',
  'data/train-00000-of-00002.jsonl': `{"problem":"1+1","answer":"2","pad":"${'x'.repeat(2000)}"}\n`,
  'data/train-00001-of-00002.jsonl': `{"problem":"2+2","answer":"4","pad":"${'y'.repeat(2000)}"}\n`,
  'big.bin': randomBytes(500_000),
}

let hub: FakeHub
let folder: string
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-hub-'))
  hub = await fakeHub([{ id: 'owner/set', card: { license: 'mit' }, files, gated: true, formerly: 'owner/old' }])
  vi.stubEnv('HF_ENDPOINT', hub.url)
  vi.stubEnv('HF_HOME', folder)
  vi.stubEnv('HF_TOKEN', 'hf_good')
  vi.stubEnv('HF_HUB_DISABLE_TELEMETRY', '1')
  for (const name of ['HF_HUB_CACHE', 'HF_HUB_OFFLINE']) vi.stubEnv(name, '')
  // A line of the environment that is empty is a folder named '' to Python.
  delete process.env.HF_HUB_CACHE
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await hub.close()
  rmSync(folder, { recursive: true, force: true })
})

async function run(script: string, env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(python, ['-c', script], {
    env: { ...process.env, HF_HUB_DISABLE_XET: '1', ...env },
  })
  return stdout.trim()
}

const tree = (at: string) =>
  readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name)
      return `${path.relative(at, file)}${entry.isSymbolicLink() ? ` → ${readlinkSync(file)}` : ''}`
    })
    .sort()

describe('Hugging Face’s client and ours', () => {
  it('write the same cache: blobs, links and refs, file for file', async () => {
    const repo = await hubRepo('owner/set')
    await hubFiles(repo, repo.files)
    const ours = tree(path.join(folder, 'hub', 'datasets--owner--set')).filter((name) => !name.startsWith('.skylab'))
    rmSync(path.join(folder, 'hub'), { recursive: true })
    await run("from huggingface_hub import snapshot_download; snapshot_download('owner/set', repo_type='dataset')")
    const theirs = tree(path.join(folder, 'hub', 'datasets--owner--set'))
    expect(theirs.filter((name) => /^(?:blobs|snapshots|refs)\//.test(name))).toEqual(ours)
  })

  it('find what the other has downloaded, without another request for it', async () => {
    const place = await run(
      "from huggingface_hub import hf_hub_download; print(hf_hub_download('owner/set', 'big.bin', repo_type='dataset'))",
    )
    hub.seen.length = 0
    const repo = await hubRepo('owner/set')
    expect(
      await hubFiles(
        repo,
        repo.files.filter((file) => file.path === 'big.bin'),
      ),
    ).toEqual([place])
    expect(hub.seen.filter(({ path: name }) => /resolve|\/repos\//.test(name))).toEqual([])
    await hubFiles(repo, repo.files)
    hub.seen.length = 0
    const found = await run(
      "from huggingface_hub import snapshot_download; print(snapshot_download('owner/set', repo_type='dataset'))",
    )
    expect(readFileSync(path.join(found, 'big.bin'))).toEqual(files['big.bin'])
    expect(hub.seen.filter(({ host }) => host === 'storage')).toEqual([])
    const offline = await run(
      "from huggingface_hub import hf_hub_download; print(hf_hub_download('owner/set', 'big.bin', repo_type='dataset'))",
      { HF_HUB_OFFLINE: '1' },
    )
    expect(readFileSync(offline)).toEqual(files['big.bin'])
  })

  it('offline: what Python downloaded, and only that, is what there is', async () => {
    await run("from huggingface_hub import snapshot_download; snapshot_download('owner/set', repo_type='dataset')")
    vi.stubEnv('HF_HUB_OFFLINE', '1')
    const repo = await hubRepo('owner/set')
    expect(repo.files.map(({ path: name }) => name)).toEqual(Object.keys(files).sort())
    expect(readFileSync((await hubFiles(repo, repo.files)).at(-1)!, 'utf8')).toContain('2+2')
  })

  it('are told the same by the server: info, tree, gate, names that moved', async () => {
    const text = await run(`
from huggingface_hub import HfApi
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError, EntryNotFoundError
import json
api = HfApi()
info = api.dataset_info('owner/old')
seen = {'sha': info.sha, 'license': info.card_data.license, 'files': sorted(f.path for f in api.list_repo_tree('owner/set', repo_type='dataset', recursive=True) if hasattr(f, 'size'))}
for name, call in {
  'gated': lambda: HfApi(token='hf_stranger').hf_hub_download('owner/set', 'big.bin', repo_type='dataset'),
  'repo': lambda: api.dataset_info('owner/none'),
  'revision': lambda: api.dataset_info('owner/set', revision='v9'),
  'entry': lambda: api.hf_hub_download('owner/set', 'none.txt', repo_type='dataset'),
}.items():
  try: call(); seen[name] = 'nothing'
  except Exception as error: seen[name] = type(error).__name__
print(json.dumps(seen))`)
    const repo = await hubRepo('owner/set')
    expect(JSON.parse(text)).toEqual({
      sha: repo.commit,
      license: repo.licence,
      files: repo.files.map(({ path: name }) => name),
      gated: 'GatedRepoError',
      repo: 'RepositoryNotFoundError',
      revision: 'RevisionNotFoundError',
      entry: 'RemoteEntryNotFoundError',
    })
    expect(hub.seen.filter(({ host, authorization }) => host === 'storage' && authorization !== undefined)).toEqual([])
  })
})
