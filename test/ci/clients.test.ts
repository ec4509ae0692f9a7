// The kernel under clients that other people wrote: the Jupyter project's conformance suite, papermill, the console.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CodeCell, readNotebook } from '../../kernel/notebook/document.js'
import { finish, jupyterPython, skylab, temporaryFolder, writeTestNotebook } from '../tools.js'

describe('the kernel under clients of others', () => {
  const { folder, remove } = temporaryFolder()
  const at = (...names: string[]) => path.join(folder, ...names)
  const options = {
    cwd: folder,
    env: {
      HOME: folder,
      XDG_DATA_HOME: at('data'),
      JUPYTER_PATH: at('share/jupyter'),
      JUPYTER_CONFIG_DIR: at('config'),
      JUPYTER_RUNTIME_DIR: at('runtime'),
      SKYLAB_HISTORY: at('history.jsonl'),
    },
  }
  const codeOf = (name: string) =>
    readNotebook(at(name)).cells.filter((cell): cell is CodeCell => cell.cell_type === 'code')
  const python = (...args: string[]) => finish(jupyterPython(), args, options)

  beforeAll(async () => {
    expect(await skylab(['install', '--prefix', folder])).toMatchObject({ status: 0 })
  })
  afterAll(remove)

  it('passes jupyter_kernel_test', async () => {
    const script = fileURLToPath(new URL('./conformance.py', import.meta.url))
    const run = await python(script, 'skylab')
    expect(run.status, run.stderr).toBe(0)
    expect(run.stderr).toMatch(/Ran 12 tests[\s\S]*\nOK\n/)
  })

  describe('papermill', () => {
    const cells = [
      { code: "let limit = 5\nlet name = 'a'\nlet rate = 1\nlet on = false", tags: ['parameters'] },
      { code: "console.log('limit', limit, typeof limit)\n;({ limit, name, rate, on })" },
    ]
    const papermill = (...args: string[]) => python('-m', 'papermill', '--no-progress-bar', ...args)

    // papermill knows no TypeScript. What it writes for C# is TypeScript too, for single values.
    const language = ['-k', 'skylab', '--language', '.net-csharp']

    it('runs a notebook, with parameters', async () => {
      writeTestNotebook(at('in.ipynb'), cells)
      const given = ['-p', 'limit', '7', '-r', 'name', "it's", '-p', 'rate', '-2.5', '-p', 'on', 'True']
      const run = await papermill('in.ipynb', 'out.ipynb', ...language, ...given)
      expect(run.status, run.stderr).toBe(0)
      const code = codeOf('out.ipynb')
      expect(code[1]!.metadata.tags).toEqual(['injected-parameters'])
      expect(code[2]!.outputs).toMatchObject([
        { text: 'limit 7 number\n' },
        { data: { 'text/plain': `{ limit: 7, name: "it's", rate: -2.5, on: true }` } },
      ])
    })

    it('stops at an error, says which, and keeps what was done', async () => {
      writeTestNotebook(at('bad.ipynb'), [{ code: '1' }, { code: "throw new RangeError('far out')" }, { code: '3' }])
      const run = await papermill('bad.ipynb', 'bad-out.ipynb', '-k', 'skylab')
      expect(run.status).not.toBe(0)
      expect(run.stderr).toContain('RangeError: far out')
      const code = codeOf('bad-out.ipynb')
      expect(code.map(({ execution_count }) => execution_count)).toEqual(expect.arrayContaining([1, 2, null]))
      expect(JSON.stringify(code.map(({ outputs }) => outputs))).toContain('far out')
    })

    it('reads what our runner wrote, and our runner what papermill wrote', async () => {
      const run = await skylab(['run', at('out.ipynb'), '--output', at('again.ipynb'), '-p', 'limit=9'], options)
      expect(run.status, run.stderr).toBe(0)
      expect(readFileSync(at('again.ipynb'), 'utf8').match(/injected-parameters/g)!.length).toBeLessThanOrEqual(2)
      expect(JSON.stringify(readNotebook(at('again.ipynb')).cells)).toContain('limit 9 number')
      const back = await papermill('again.ipynb', 'back.ipynb', ...language, '-p', 'limit', '11')
      expect(back.status, back.stderr).toBe(0)
      expect(JSON.stringify(readNotebook(at('back.ipynb')).cells)).toContain('limit 11 number')
    })
  })

  it('runs under jupyter console', async () => {
    const script = `
import sys
from jupyter_console.app import ZMQTerminalIPythonApp
sys.argv = ['jupyter-console', '--kernel=skylab', '--simple-prompt', '--ZMQTerminalInteractiveShell.banner=', '-y']
ZMQTerminalIPythonApp.launch_instance()`
    const run = await finish(jupyterPython(), ['-c', script], {
      ...options,
      env: { ...options.env, JUPYTER_CONSOLE_TEST: '1' },
      input: "const a = 20\na * 2 + 2\nthrow new Error('seen in the console')\nexit\n",
    })
    const said = stripVTControlCharacters(run.stdout + run.stderr)
    expect(said).toMatch(/Out\[2\]: 42/)
    expect(said).toContain('seen in the console')
  })
})
