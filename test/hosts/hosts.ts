// A project folder that has skylab installed, and cells run in some Jupyter kernel there.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { finish, jupyterPython, root, temporaryFolder } from '../tools.js'

/** What a reader types, in any of the hosts: a figure, and a step with its progress. */
export const cells = {
  figure: `import { plot, show } from 'skylab'
const figure = plot.published()
await show(figure)`,
  table: `import { table } from 'skylab'
const counted = table([{ kind: 'math', n: 2 }, { kind: 'code', n: 3 }])
console.log(counted.frame.shape.join(' by '))`,
  /** Rows without end, until the step's signal is aborted; `Step` and `seen` are of earlier cells. */
  endless: `async function* forever(signal: AbortSignal) {
  try {
    for (let place = 0; !signal.aborted; place++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      yield { row: place, place }
    }
  } finally {
    seen.aborted = signal.aborted
  }
}
await new Step<number>({ label: 'endless', run: forever })`,
  progress: `import { Step } from 'skylab'
async function* numbers() {
  for (let place = 0; place < 6; place++) {
    await new Promise((resolve) => setTimeout(resolve, 150))
    yield { row: place, place }
  }
}
const done = await new Step<number>({ label: 'counting', total: 6, run: numbers })
console.log('counted ' + done.length)`,
}

/** A folder of a user's project: `import 'skylab'` finds this checkout. */
export function project(): { folder: string; remove(): void } {
  const made = temporaryFolder()
  mkdirSync(path.join(made.folder, 'node_modules'))
  symlinkSync(root, path.join(made.folder, 'node_modules/skylab'), 'dir')
  writeFileSync(
    path.join(made.folder, 'package.json'),
    JSON.stringify({ type: 'module', dependencies: { skylab: '*' } }),
  )
  return made
}

export interface Message {
  /** Which cell, from 0. */
  cell: number
  type: string
  // biome-ignore lint/suspicious/noExplicitAny: the content of a Jupyter message
  content: any
}

/** Runs cells in the kernel that `argv` starts, through a real Jupyter client, and gives all messages. */
export async function runCells(
  argv: string[],
  code: (string | { code: string; interruptAfter: number })[],
  folder: string,
): Promise<Message[]> {
  const driver = path.join(root, 'test/hosts/drive.py')
  const ended = await finish(jupyterPython(), [driver, JSON.stringify(argv), folder], {
    cwd: folder,
    input: JSON.stringify(code),
    env: { DENO_DIR: path.join(folder, '.deno'), DENO_NO_UPDATE_CHECK: '1' },
  })
  if (ended.status !== 0) throw new Error(`the driver ended with ${ended.status}:\n${ended.stderr.slice(-3000)}`)
  return ended.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Message)
}

/** Everything that the messages of one cell show as text, for a failing test to print. */
export function printed(messages: Message[], cell: number): string {
  return messages
    .filter((message) => message.cell === cell && message.type === 'stream')
    .map((message) => message.content.text)
    .join('')
}
