// Which files of a run are wanted, and bringing them here.
import path from 'node:path'
import { Stopped } from '../stopped.js'
import { wholeScript } from './job/whole-script.js'
import type { Machine } from './ssh/far.js'
import { quote } from './ssh/shell.js'
import { fetchFile, Transfer } from './transfer.js'

export interface FarFile {
  /** Relative to the job's folder. */
  path: string
  /** Bytes. */
  size: number
}

/** Patterns behind a word. */
const WORDS: Record<string, string[]> = {
  adapter: ['output/adapter_*'],
  config: [
    'output/*config.json',
    'output/*token*',
    'output/vocab*',
    'output/merges.txt',
    'output/*template*',
    'output/README.md',
    '*.yaml',
    '*.json',
  ],
  logs: ['attempts/**', 'output/*.jsonl', 'output/*.json', 'output/*.png', 'slurm-*.txt'],
}

/** The files below a job's folder, by name. */
export async function listFiles(far: Machine, dir: string): Promise<FarFile[]> {
  // NUL between them: a name may hold anything else.
  const { stdout } = await far.exec(
    `cd ${quote(dir)} && find . -type f -exec sh -c 'for f; do printf "%s %s\\0" "$(wc -c < "$f" | tr -d " ")" "$f"; done' - {} +`,
  )
  return stdout
    .toString()
    .split('\0')
    .flatMap((entry) => {
      const found = /^(\d+) \.\/([\s\S]+)$/.exec(entry)
      return found ? [{ path: found[2]!, size: Number(found[1]) }] : []
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Brings what `what` names; see Run.fetch. */
export async function fetchFiles(
  far: Machine,
  dir: string,
  { what, to, id }: { what: string; to: string; id: string },
): Promise<string[]> {
  const all = await listFiles(far, dir)
  const patterns = what === 'checkpoint' ? [await checkpointPattern(far, dir, all)] : (WORDS[what] ?? [what])
  const wanted = all.filter((file) => patterns.some((pattern) => glob(pattern).test(file.path)))
  if (wanted.length === 0) {
    const some = all.slice(0, 8).map((file) => file.path)
    throw new Stopped(
      'no-file',
      `No file of ${id} matches ${what}; there are ${some.join(', ')}${all.length > 8 ? ', …' : ''}.`,
      "run.fetch('output/*.json')",
    )
  }
  const shown = new Transfer(
    `fetching ${wanted.length} ${wanted.length === 1 ? 'file' : 'files'} of ${id}`,
    wanted.reduce((sum, file) => sum + file.size, 0),
  )
  const here: string[] = []
  let before = 0
  try {
    for (const file of wanted) {
      const local = path.resolve(to, ...file.path.split('/'))
      if (!local.startsWith(path.resolve(to) + path.sep)) continue
      here.push(await fetchFile(far, `${dir}/${file.path}`, local, (bytes) => shown.at(before + bytes)))
      before += file.size
      shown.at(before)
    }
  } finally {
    shown.end()
  }
  return to === path.resolve(to) ? here : here.map((file) => path.join(to, path.relative(path.resolve(to), file)))
}

/** The trained weights where there are some, else the newest checkpoint that was written to its end. */
async function checkpointPattern(far: Machine, dir: string, all: FarFile[]): Promise<string> {
  if (all.some((file) => /^output\/(?:adapter_)?model[^/]*\.(?:safetensors|bin)$/.test(file.path))) return 'output/*'
  const { stdout } = await far.exec(`cd ${quote(dir)} || exit 1\n${wholeScript}\nnewest`)
  const newest = stdout.toString().trim()
  if (newest) return `${newest}/**`
  throw new Stopped('no-file', 'There is no checkpoint yet that was written to its end.', 'await run.status()')
}

/** `*` within a folder, `**` across folders, `?` one character. */
function glob(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*\/?|\*|\?)/).map((part) => {
    if (part.startsWith('**')) return '.*'
    if (part === '*') return '[^/]*'
    return part === '?' ? '[^/]' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('')}$`, 's')
}
