import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { nearest } from '../../kernel/options.js'
import { jupyterFolder } from '../../kernel/place.js'
import { finish, jupyterPython, skylab, temporaryFolder } from '../tools.js'

describe('skylab install', () => {
  const made: (() => void)[] = []
  afterEach(() => {
    for (const remove of made.splice(0)) remove()
  })
  const temporary = () => {
    const { folder, remove } = temporaryFolder()
    made.push(remove)
    return folder
  }

  it('writes a kernel.json that holds real paths, and prints every path', async () => {
    const folder = temporary()
    const run = await skylab(['install', '--prefix', folder, '--name', 'Other', '--display-name', 'My kernel'])
    expect(run).toMatchObject({ status: 0, stderr: '' })
    const file = path.join(folder, 'share/jupyter/kernels/other/kernel.json')
    const kernel = JSON.parse(readFileSync(file, 'utf8'))
    expect(kernel).toMatchObject({ display_name: 'My kernel', language: 'typescript', interrupt_mode: 'message' })
    expect(kernel.argv.slice(2)).toEqual(['kernel', '{connection_file}'])
    for (const part of kernel.argv.slice(0, 2)) expect(realpathSync(part)).toBe(part)
    expect(run.stdout).toContain(`wrote ${file}\n`)
    for (const line of run.stdout.trim().split('\n')) expect(existsSync(line.replace('wrote ', ''))).toBe(true)
  })

  it('gives the tslab engine a kernel of its own', async () => {
    const folder = temporary()
    const kernels = path.join(folder, 'share/jupyter/kernels')
    for (const engine of ['skylab', 'tslab'])
      expect((await skylab(['install', '--prefix', folder, '--engine', engine])).status).toBe(0)
    const kernel = JSON.parse(readFileSync(path.join(kernels, 'skylab-tslab/kernel.json'), 'utf8'))
    expect(kernel.display_name).toBe('TypeScript (skylab, tslab engine)')
    expect(kernel.argv.slice(2)).toEqual(['kernel', '--engine', 'tslab', '{connection_file}'])
    expect((await skylab(['uninstall', '--prefix', folder, '--engine', 'tslab'])).status).toBe(0)
    expect(readdirSync(kernels)).toEqual(['skylab'])
    expect(await skylab(['install', '--prefix', folder, '--engine', 'tslap'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--engine tslab'),
    })
  })

  it('is found by Jupyter where it was written, and no more after uninstall', async () => {
    const folder = temporary()
    const env = { JUPYTER_DATA_DIR: path.join(folder, 'data') }
    const list = async () => {
      const script =
        'import jupyter_client.kernelspec as k, json; print(json.dumps(k.KernelSpecManager().find_kernel_specs()))'
      return JSON.parse((await finish(jupyterPython(), ['-c', script], { env })).stdout)
    }
    expect((await skylab(['install', '--user'], { env })).status).toBe(0)
    expect((await list()).skylab).toBe(path.join(folder, 'data/kernels/skylab'))
    const gone = await skylab(['uninstall', '--user'], { env })
    expect(gone.stdout).toContain(`removed ${path.join(folder, 'data/kernels/skylab')}\n`)
    expect(await list()).not.toHaveProperty('skylab')
    expect(existsSync(path.join(folder, 'data/labextensions/skylab-plotly'))).toBe(false)
    expect(await skylab(['uninstall', '--user'], { env })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('There is no kernel skylab'),
    })
  })

  it('writes a renderer for JupyterLab with plotly.js beside it, which stays while a kernel needs it', async () => {
    const folder = temporary()
    for (const name of ['one', 'two']) await skylab(['install', '--prefix', folder, '--name', name])
    const extension = path.join(folder, 'share/jupyter/labextensions/skylab-plotly')
    const { jupyterlab } = JSON.parse(readFileSync(path.join(extension, 'package.json'), 'utf8'))
    expect(jupyterlab).toMatchObject({ mimeExtension: true, _build: { mimeExtension: './mimeExtension' } })
    expect(existsSync(path.join(extension, jupyterlab._build.load))).toBe(true)
    expect(readdirSync(path.join(extension, 'static'))).toHaveLength(2)
    expect(statSync(path.join(extension, 'static/plotly.js')).size).toBeGreaterThan(3e6)
    await skylab(['uninstall', '--prefix', folder, '--name', 'one'])
    expect(existsSync(extension)).toBe(true)
    await skylab(['uninstall', '--prefix', folder, '--name', 'two'])
    expect(existsSync(extension)).toBe(false)
  })

  it('takes paths with spaces, quotes and letters of other scripts, and Jupyter starts the kernel from there', async () => {
    const folder = path.join(temporary(), "mit Leerzeichen ü 名 'q'")
    expect(await skylab(['install', '--prefix', folder, '--display-name', 'Тип 名 "x"'])).toMatchObject({
      status: 0,
      stderr: '',
    })
    const script = `
import json, jupyter_client
m, c = jupyter_client.manager.start_new_kernel(kernel_name='skylab')
print(json.dumps([m.kernel_spec.display_name, c.execute_interactive('1 + 1', timeout=30)['content']['status']]))
c.stop_channels(); m.shutdown_kernel(now=True)`
    const env = { JUPYTER_PATH: path.join(folder, 'share/jupyter'), SKYLAB_HISTORY: path.join(folder, 'h.jsonl') }
    const run = await finish(jupyterPython(), ['-c', script], { env })
    expect(JSON.parse(run.stdout.slice(run.stdout.indexOf('['))), run.stderr).toEqual(['Тип 名 "x"', 'ok'])
  })

  it('replaces its own kernel, and touches no other’s', async () => {
    const folder = temporary()
    const kernels = (name: string) => path.join(folder, 'share/jupyter/kernels', name)
    mkdirSync(kernels('python3'), { recursive: true })
    writeFileSync(path.join(kernels('python3'), 'kernel.json'), '{"argv": ["python"], "display_name": "P"}')
    mkdirSync(kernels('torn'), { recursive: true })
    writeFileSync(path.join(kernels('torn'), 'kernel.json'), '{"argv": [')
    for (const name of ['python3', 'torn'])
      for (const what of ['install', 'uninstall']) {
        const before = readFileSync(path.join(kernels(name), 'kernel.json'), 'utf8')
        const run = await skylab([what, '--prefix', folder, '--name', name])
        expect(run).toMatchObject({ status: 1, stderr: expect.stringContaining('did not write') })
        expect(readFileSync(path.join(kernels(name), 'kernel.json'), 'utf8')).toBe(before)
      }
    for (let turn = 0; turn < 2; turn++)
      expect(await skylab(['install', '--prefix', folder, '--display-name', `turn ${turn}`])).toMatchObject({
        status: 0,
      })
    const file = path.join(kernels('skylab'), 'kernel.json')
    expect(JSON.parse(readFileSync(file, 'utf8')).display_name).toBe('turn 1')
    // What somebody has put beside it stays.
    writeFileSync(path.join(kernels('skylab'), 'kernel.js'), '// mine')
    const gone = await skylab(['uninstall', '--prefix', folder])
    expect(gone.stdout).toContain(`removed ${file}\n`)
    expect(readdirSync(kernels('skylab'))).toEqual(['kernel.js'])
    expect(readdirSync(path.join(folder, 'share/jupyter/kernels')).sort()).toEqual(['python3', 'skylab', 'torn'])
  })

  it('makes no folder where there is nothing to uninstall', async () => {
    const folder = path.join(temporary(), 'nothing')
    expect(await skylab(['uninstall', '--prefix', folder])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/no kernel skylab/),
    })
    expect(existsSync(folder)).toBe(false)
  })

  it('follows the rules of each platform for a person’s data folder', () => {
    const home = '/home/ada'
    expect(jupyterFolder({ HOME: home }, 'linux')).toBe('/home/ada/.local/share/jupyter')
    expect(jupyterFolder({ HOME: home, XDG_DATA_HOME: '/data' }, 'linux')).toBe('/data/jupyter')
    expect(jupyterFolder({ HOME: home }, 'darwin')).toBe('/home/ada/Library/Jupyter')
    expect(jupyterFolder({ HOME: home, APPDATA: '/appdata' }, 'win32')).toBe('/appdata/jupyter')
    expect(jupyterFolder({ HOME: home, JUPYTER_DATA_DIR: '/own' }, 'linux')).toBe('/own')
  })

  it.each([
    ['two places', ['install', '--user', '--prefix', '/tmp/x'], 2, /Only one of/],
    ['a name that no kernel can have', ['install', '--name', 'a b'], 2, /letters, digits/],
    ['an unknown option', ['install', '--prefx', 'x'], 2, /--prefix/],
    ['a place that cannot be written', ['install', '--prefix', '/proc/none'], 1, /Cannot write/],
    ['a kernel without a connection file', ['kernel', '/nowhere.json'], 2, /no connection file/],
  ])('says what to do: %s', async (_, args, status, said) => {
    const run = await skylab(args, { env: { JUPYTER_DATA_DIR: temporary() } })
    expect(run.stderr).toMatch(said)
    expect(run.stderr).toContain('\n  → ')
    expect(run.status).toBe(status)
  })
})

describe('the command', () => {
  it('tells its version and what it can do', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(await skylab(['--version'])).toMatchObject({ status: 0, stdout: `${version}\n` })
    const help = await skylab(['--help'])
    expect(help.status).toBe(0)
    for (const name of ['repl', 'run', 'install', 'uninstall', 'doctor', 'rows', 'replay', 'kernel'])
      expect(help.stdout).toContain(`skylab ${name}`)
  })

  it('names the nearest command for an unknown one', async () => {
    expect(await skylab(['instal'])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('did you mean: skylab install'),
    })
    expect(await skylab(['xyzzy'])).toMatchObject({ status: 2, stderr: expect.stringContaining('skylab --help') })
    expect(nearest('rusn', ['run', 'repl'])).toBe('run')
    expect(nearest('zzzzzz', ['run', 'repl'])).toBeUndefined()
  })

  it('examines the machine, and names a command for what is missing', async () => {
    const { folder, remove } = temporaryFolder()
    made(remove)
    mkdirSync(path.join(folder, 'bin'))
    const run = await skylab(['doctor'], { env: { PATH: path.join(folder, 'bin'), JUPYTER_DATA_DIR: folder } })
    for (const name of ['Node', 'python3', 'bubblewrap', 'JupyterLab', 'ssh', 'fonts'])
      expect(run.stdout).toContain(name)
    expect(run.stdout).toMatch(/✗ python3 .*Pyodide/)
    expect(run.stdout).toContain('→ npx skylab install --user')
    expect(run.status).toBe(0)
  })

  it('sees broken kernels wherever they are, and says how each is mended', async () => {
    const { folder, remove } = temporaryFolder()
    made(remove)
    const prefix = path.join(folder, 'a prefix')
    const env = {
      JUPYTER_DATA_DIR: path.join(folder, 'data'),
      JUPYTER_PATH: path.join(prefix, 'share/jupyter'),
      SKYLAB_HISTORY: path.join(prefix, 'share/jupyter/kernels/gone/kernel.json/h.jsonl'),
    }
    await skylab(['install', '--prefix', prefix, '--name', 'gone'])
    await skylab(['install', '--prefix', prefix, '--name', 'script-gone'])
    await skylab(['install', '--prefix', prefix, '--name', 'no-right'])
    await skylab(['install', '--user', '--name', 'good'], { env })
    const file = (name: string) => path.join(prefix, 'share/jupyter/kernels', name, 'kernel.json')
    const change = (name: string, argv: (old: string[]) => string[]) => {
      const kernel = JSON.parse(readFileSync(file(name), 'utf8'))
      writeFileSync(file(name), JSON.stringify({ ...kernel, argv: argv(kernel.argv) }))
    }
    change('gone', ([, ...rest]) => ['/opt/node-20/bin/node', ...rest])
    change('script-gone', ([node = '']) => [node, '/old/skylab/main.js', 'kernel', '{connection_file}'])
    change('no-right', ([, ...rest]) => [file('gone'), ...rest])
    const { stdout, status } = await skylab(['doctor'], { env })
    const said = stdout.split('\n')
    const about = (name: string) => said.findIndex((line) => line.includes(`${name}/kernel.json, written by skylab`))
    expect(said[about('gone')]).toMatch(/^✗ kernel .*\/opt\/node-20\/bin\/node, which is gone/)
    expect(said[about('script-gone')]).toMatch(/^✗ kernel .*main\.js, which is gone/)
    expect(said[about('no-right')]).toMatch(/^✗ kernel .*may not be run/)
    expect(said[about('good')]).toMatch(/^✓ kernel /)
    expect(said[about('gone') + 1]).toContain(`→ npx skylab install --prefix '${prefix}' --name gone`)
    expect(stdout).toMatch(/✗ history .*cannot be written/)
    expect(status).toBe(0)
    // What it says to type mends it.
    await skylab(['install', '--prefix', prefix, '--name', 'gone'])
    expect((await skylab(['doctor'], { env })).stdout).toMatch(/✓ kernel .*gone\/kernel\.json/)
  })

  const removes: (() => void)[] = []
  const made = (remove: () => void) => removes.push(remove)
  afterEach(() => {
    for (const remove of removes.splice(0)) remove()
  })

  it('knows the library by one line only', () => {
    const lines = ['main.ts', ...readdirSync(new URL('../../kernel', import.meta.url), { recursive: true }).map(String)]
      .filter((file, place, all) => file.endsWith('.ts') && all.indexOf(file) === place)
      .flatMap((file) =>
        readFileSync(new URL(`../../kernel/${file}`, import.meta.url), 'utf8')
          .split('\n')
          .map((line) => `${file}: ${line.trim()}`),
      )
      .filter((line) => /(?:from|import\(|require\()\s*['"](?:skylab|(?:\.\.\/)+src)\b/.test(line))
    expect(lines).toEqual(["main.ts: const { rows, replay } = await import('skylab/commands')"])
  })
})
