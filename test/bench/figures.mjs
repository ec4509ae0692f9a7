// Figures: how long the first takes in a fresh process and how long each one after it, as the bundle that a notebook
// keeps and as a PNG file, beside plotly.py with kaleido, which draws the same figures through a browser.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

export const title = 'figures: time to the first and to each, and their size, beside plotly.py with kaleido'
export const installs = 'plotly and kaleido from PyPI (about 60 MB); kaleido uses the Chromium of the machine'
export const minutes = 3

const folder = path.dirname(fileURLToPath(import.meta.url))

/** @param {import('./tools/index.mjs').Tools} tools */
export async function run(tools) {
  const out = path.join(tools.root, 'runs/bench')
  mkdirSync(out, { recursive: true })
  const module = path.join(out, 'gallery.mjs')
  await bundle(path.join(tools.root, 'test/gallery.ts'), module, tools.root)

  const ours = await measured(process.execPath, [
    path.join(folder, 'figures/ours.mjs'),
    pathToFileURL(module).href,
    out,
  ])
  const rows = [['skylab', ours]]
  const chromium = process.env.SKYLAB_CHROMIUM ?? '/usr/bin/chromium'
  if (existsSync(chromium)) {
    const python = tools.python('figures', ['plotly==6.3.1', 'kaleido==1.1.0'])
    rows.push([
      'plotly.py 6.3.1, kaleido 1.1.0',
      await measured(python, [path.join(folder, 'figures/peer.py'), path.join(out, 'figures.json')], {
        BROWSER_PATH: chromium,
      }),
    ])
  } else tools.log(`There is no ${chromium}, so kaleido cannot draw: apt-get install chromium`)

  const seconds = (value) => (value === undefined ? '' : value.toFixed(2))
  const table = tools.markdownTable(
    [
      '',
      'first figure, s',
      'each after it, s (median)',
      'slowest, s',
      'PNG, s (median)',
      'largest bundle, kB',
      'memory, MB',
    ],
    rows.map(([name, { first, each, png, largest, memory }]) => [
      name,
      seconds(first),
      seconds(tools.median(each)),
      seconds(Math.max(...each)),
      seconds(tools.median(png)),
      largest === undefined ? '' : String(Math.round(largest / 1000)),
      String(Math.round(memory)),
    ]),
  )
  const note = `${ours.each.length + 1} figures. First figure: from the start of a fresh process to its whole bundle. A bundle of ours holds plotly's JSON, a static picture twice (in HTML and as SVG) and a line of text; plotly.py's figure is drawn as SVG by kaleido, which is what its static picture takes. Memory of the process, without kaleido's browser.`
  tools.report('figures', `${table}\n\n${note}`, Object.fromEntries(rows))
}

/** The gallery as a module that uses the built library. */
async function bundle(entry, outfile, root) {
  const library = {
    name: 'library',
    setup: (it) =>
      it.onResolve({ filter: /^\.\.\/src\// }, ({ path: name }) => ({
        path: pathToFileURL(path.join(root, 'dist', name.slice('../'.length))).href,
        external: true,
      })),
  }
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    plugins: [library],
    logLevel: 'error',
  })
}

async function measured(program, args, environment = {}) {
  const began = Date.now()
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...environment, BENCH_BEGAN: String(began) },
    maxBuffer: 1 << 28,
  })
  if (status !== 0)
    throw new Error(`${path.basename(program)} ${path.basename(args[0])} failed:\n${stderr.slice(-1500)}`)
  return JSON.parse(stdout.trim().split('\n').at(-1))
}
