// Builds dist/: the compiled kernel and library, and danfojs-node as one file.
//
// danfojs-node asks for packages that need a compiler or a download outside the registry; the two
// overrides in package.json replace them, but overrides do not travel with a tarball. So danfo is
// bundled here, with the licences of everything inside, and the tarball needs neither.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const dist = path.join(root, 'dist')
const require = createRequire(path.join(root, 'package.json'))
process.chdir(root)

// An installed tarball holds dist/ and no sources: there is nothing to build.
if (!existsSync(path.join(root, 'src'))) process.exit(0)

// npm runs this before every start and test, and npx before its first run in a checkout.
const stamp = path.join(dist, '.built')
if (!upToDate()) {
  mkdirSync(dist, { recursive: true })
  removeOrphans()
  compile()
  copyAssets()
  await bundleDanfo()
  writeFileSync(stamp, '')
}
linkCommand()

/** Whether nothing that is built from has changed since the last build that succeeded. */
function upToDate() {
  if (!existsSync(stamp)) return false
  const built = statSync(stamp).mtimeMs
  const folders = ['kernel', 'src', '.build'].flatMap((top) => [...walk(path.join(root, top), true)])
  return [...folders, 'package-lock.json', 'tsconfig.json'].every((file) => statSync(file).mtimeMs < built)
}

/** A file that no source stands behind any more must not stay importable. */
function removeOrphans() {
  for (const top of ['kernel', 'src']) {
    const built = path.join(dist, top)
    if (!existsSync(built)) continue
    for (const file of walk(built)) {
      const from = path.join(root, path.relative(dist, file))
      const source = from.replace(/\.(d\.ts|js|js\.map)$/, '.ts')
      if (!existsSync(source) && !existsSync(from)) rmSync(file)
    }
  }
}

function compile() {
  const tsc = require.resolve('typescript/lib/tsc.js')
  // Emitted files may have been deleted by hand while the build info stayed: then compile afresh.
  if (!existsSync(path.join(dist, 'src/index.js'))) rmSync(path.join(dist, '.tsbuildinfo'), { force: true })
  const run = spawnSync(process.execPath, [tsc, '-p', '.build/tsconfig.json'], { stdio: 'inherit' })
  if (run.status !== 0) process.exit(run.status ?? 1)
}

/** What is not TypeScript but runs or is served beside it: Python, browser scripts, styles. */
function copyAssets() {
  for (const top of ['kernel', 'src']) {
    for (const file of walk(path.join(root, top))) {
      if (/\.ts$/.test(file) || path.basename(file) === 'bin.cjs') continue
      const to = path.join(dist, path.relative(root, file))
      if (existsSync(to) && statSync(to).mtimeMs >= statSync(file).mtimeMs) continue
      mkdirSync(path.dirname(to), { recursive: true })
      cpSync(file, to)
    }
  }
}

/**
 * `npx skylab` inside the checkout: npm links the commands of dependencies only, and would otherwise
 * install the checkout into a cache of its own and run that copy.
 */
function linkCommand() {
  const link = path.join(root, 'node_modules/.bin/skylab')
  if (process.platform === 'win32' || !existsSync(path.dirname(link))) return
  rmSync(link, { force: true })
  symlinkSync('../../kernel/bin.cjs', link)
}

async function bundleDanfo() {
  const out = path.join(dist, 'vendor/danfo.cjs')
  const texts = path.join(dist, 'vendor/LICENSES.txt')
  if (existsSync(out) && existsSync(texts)) return
  const { build } = await import('esbuild')
  const result = await build({
    entryPoints: [path.join(root, 'node_modules/danfojs-node/dist/danfojs-node/src/index.js')],
    outfile: out,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    minify: true,
    // danfo's own plotting is browser-only and not used; figures are made in src/show.
    external: ['plotly.js-dist-min'],
    metafile: true,
    logLevel: 'error',
  })
  writeFileSync(texts, licences(Object.keys(result.metafile.inputs)))
}

/** The licence texts of every package that went into a bundle, one after the other. */
function licences(inputs) {
  const packages = new Set()
  for (const input of inputs) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)
    if (found) packages.add(found[1])
  }
  const parts = []
  for (const folder of [...packages].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file
      ? readFileSync(path.join(folder, file), 'utf8').trim()
      : `(no licence file in the package; its package.json says: ${license ?? 'nothing'})`
    parts.push(`==== ${name} ${version} (${license ?? 'see below'})\n\n${text}\n`)
  }
  return parts.join('\n')
}

/** Files below a folder; with `folders` the folders too, whose time changes when a file is deleted. */
function* walk(dir, folders = false) {
  if (folders) yield dir
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const file = path.join(dir, entry.name)
    if (entry.isDirectory()) yield* walk(file, folders)
    else yield file
  }
}
