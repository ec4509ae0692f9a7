// Deno's own kernel (npm package deno), driven by a real client.
//
// Deno is no dependency: it is installed into the temporary folder, where it stays for the next run.
// Where it cannot be had (no network) the test is skipped and says so, unless SKYLAB_CI_HOSTS=1 makes
// it mandatory.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cells, type Message, printed, project, runCells } from './hosts.js'

const version = '2.9.6'
const deno = findDeno()
const mandatory = process.env.SKYLAB_CI_HOSTS === '1'
if (!deno)
  console.warn(
    `Deno ${version} could not be installed from npm: test/hosts/deno.test.ts is ${mandatory ? 'failing' : 'skipped'}.`,
  )

function findDeno(): string | undefined {
  const folder = path.join(os.tmpdir(), `skylab-deno-${version}`)
  const binary = () => {
    const scope = path.join(folder, 'node_modules/@deno')
    const [one] = existsSync(scope) ? readdirSync(scope) : []
    return one && ['deno', 'deno.exe'].map((name) => path.join(scope, one, name)).find((file) => existsSync(file))
  }
  if (!binary()) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }')
    const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `deno@${version}`]
    spawnSync('npm', install, { cwd: folder, stdio: 'ignore', shell: process.platform === 'win32', timeout: 120_000 })
  }
  return binary()
}

const user = project()
afterAll(() => user.remove())

describe.skipIf(!deno && !mandatory)("in Deno's kernel", () => {
  let messages: Message[]
  beforeAll(async () => {
    if (!deno) throw new Error(`Deno ${version} could not be installed from npm, and SKYLAB_CI_HOSTS=1 asks for it.`)
    writeFileSync(path.join(user.folder, 'deno.json'), '{ "nodeModulesDir": "manual" }')
    const argv = [deno, 'jupyter', '--kernel', '--conn', '{connection_file}']
    messages = await runCells(argv, [cells.figure, cells.table, cells.progress, 'figure'], user.folder)
  })
  const shown = (cell: number, type: string) => messages.filter((one) => one.cell === cell && one.type === type)

  it('shows a figure in all its forms at once', () => {
    expect(shown(0, 'error')).toEqual([])
    expect(Object.keys(shown(0, 'display_data')[0]!.content.data).sort()).toEqual([
      'application/vnd.plotly.v1+json',
      'image/svg+xml',
      'text/html',
      'text/plain',
    ])
  })

  it('shows a figure that is the last value of a cell', () => {
    expect(shown(3, 'execute_result')[0]!.content.data).toHaveProperty('application/vnd.plotly.v1+json')
  })

  it('gives a danfo frame', () => {
    expect(printed(messages, 1)).toBe('2 by 2\n')
  })

  it('updates one progress bar in place, to the end', () => {
    const updates = shown(2, 'update_display_data')
    expect(updates.length).toBeGreaterThan(3)
    const ids = [...shown(2, 'display_data'), ...updates].map((one) => one.content.transient.display_id)
    expect(new Set(ids).size).toBe(1)
    expect(updates.at(-1)!.content.data['text/plain']).toContain('6 / 6')
    expect(printed(messages, 2)).toBe('counted 6\n')
  })
})
