// What the tests of bad input share: a folder, cells in a real process, and what an error must look like.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { expect } from 'vitest'
import { type Act, chatServer, type Server } from './src/sample-server.js'
import { type Finished, finish, root, temporaryFolder, writeTestNotebook } from './tools.js'

const { folder, remove } = temporaryFolder()

export { folder }

const servers: Server[] = []
const mounts: string[] = []

/** Ends what was started and removes what was written. */
export async function cleanUp(): Promise<void> {
  await Promise.all(servers.map((server) => server.close()))
  for (const place of mounts) spawnSync('umount', [place])
  remove()
}

export const at = (name: string) => path.join(folder, name)
export const text = (name: string, content: string) => {
  writeFileSync(at(name), content)
  return name
}
export async function serve(act: Act, models?: string[]): Promise<Server> {
  const server = await chatServer(act, models)
  servers.push(server)
  return server
}

/** An address where nobody listens: it was free a moment ago. */
export async function deaf(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}/v1`
}

export interface Output {
  output_type: string
  ename?: string
  evalue?: string
  traceback?: string[]
  text?: string | string[]
  data?: Record<string, string | string[]>
}

const flat = (lines: string | string[] | undefined) => [lines ?? ''].flat().join('')
/** All that a cell shows, without colours. */
export const shown = (outputs: Output[]) =>
  outputs
    .map(({ text, data, traceback }) => flat(text) + flat(data?.['text/plain']) + flat(traceback))
    .join('\n')
    .replace(/\x1b\[[\d;]*m/g, '')

export const outputsOf = (file: string): Output[][] =>
  JSON.parse(readFileSync(file, 'utf8'))
    .cells.filter((cell: { cell_type: string }) => cell.cell_type === 'code')
    .map((cell: { outputs: Output[] }) => cell.outputs)

/** Runs cells, each of which may fail, in a folder of its own files; gives what each of them shows. */
export async function cells(
  name: string,
  sources: string[],
  wrapper?: string[],
  env?: NodeJS.ProcessEnv,
): Promise<Output[][]> {
  const given = [{ code: "import { model, offered, problems, sample, verify, workspace } from 'skylab'" }]
  const notebook = writeTestNotebook(at(`${name}.ipynb`), [
    ...given,
    ...sources.map((code) => ({ code, tags: ['raises-exception'] })),
  ])
  const output = at(`${name}.out.ipynb`)
  const command = [process.execPath, path.join(root, 'kernel', 'bin.cjs'), 'run', notebook, '--output', output]
  const [program, ...args] = [...(wrapper ?? []), ...command]
  const run = await finish(program!, args, { cwd: folder, env })
  expect(run, run.stdout + run.stderr).toMatchObject({ status: 0, stderr: '' })
  return outputsOf(output).slice(1)
}

export const ours = /\n\s+at (?!.*\bcell \[)|node_modules|\.js:\d+|node:internal/

/** The one error of a cell: a Stopped with what happened and what to type, and no stack. */
export function stopped(outputs: Output[] | undefined): string {
  const errors = outputs!.filter(({ output_type }) => output_type === 'error')
  expect(errors.map(({ ename }) => ename)).toEqual(['Stopped'])
  const told = shown(errors)
  expect(told).toMatch(/^Stopped: .+\n {2}→ .+/s)
  expect(told).not.toMatch(ours)
  return told
}

/** What the command says before it has begun: on standard error, two parts, nothing on standard output. */
export function refused(run: Finished, status = 2): string {
  expect(run).toMatchObject({ status, stdout: '' })
  expect(run.stderr).toMatch(/^.+\n {2}→ .+\n$/s)
  expect(run.stderr).not.toMatch(ours)
  return run.stderr
}

/** A file system of our own, where this machine lets us have one. */
export function mount(name: string, options: string): string | undefined {
  const place = at(name)
  mkdirSync(place, { recursive: true })
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place]).status !== 0) return undefined
  mounts.push(place)
  return place
}
