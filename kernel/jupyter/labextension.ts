// A prebuilt JupyterLab extension that makes Plotly figures alive: written by hand, because a
// build with JupyterLab's own tools would bring hundreds of packages for one file.
//
// https://jupyterlab.readthedocs.io/en/stable/extension/extension_dev.html#prebuilt-extensions
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemCode, writeFault } from '../fault.js'
import { writeWhole } from '../notebook/document.js'
import { inPackage, version } from '../place.js'

const name = 'skylab-plotly'

/** Where the renderer lies in a Jupyter data folder. */
function labextensionFolder(share: string): string {
  return path.join(share, 'labextensions', name)
}

/** Writes the renderer and plotly.js; returns the folder. */
export function writeLabextension(share: string): string[] {
  const folder = labextensionFolder(share)
  const library = readFileSync(createRequire(import.meta.url).resolve('plotly.js-dist/plotly.js'), 'utf8')
  const renderer = readFileSync(rendererFile(), 'utf8')
  // The hash keeps a browser from using the renderer of an earlier version.
  const hash = createHash('sha256').update(renderer).update(library).digest('hex').slice(0, 20)
  const entry = `static/remoteEntry.${hash}.js`
  const description = {
    name,
    version: version(),
    description: 'Shows application/vnd.plotly.v1+json outputs of the skylab kernel',
    license: 'Apache-2.0',
    jupyterlab: { mimeExtension: true, outputDir: '.', _build: { load: entry, mimeExtension: './mimeExtension' } },
  }
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch (error) {
    throw writeFault(folder, error)
  }
  writeWhole(path.join(folder, 'static', 'plotly.js'), library)
  writeWhole(path.join(folder, entry), renderer)
  writeWhole(path.join(folder, 'package.json'), `${JSON.stringify(description, null, 2)}\n`)
  return [folder]
}

/** Removes the renderer where no skylab kernel is left in the data folder; returns what was removed. */
export function removeLabextension(share: string): string[] {
  const folder = labextensionFolder(share)
  if (!existsSync(folder) || kernelsIn(share).length > 0) return []
  try {
    rmSync(folder, { recursive: true })
  } catch (error) {
    throw writeFault(folder, error)
  }
  return [folder]
}

/** A kernel of ours in a Jupyter data folder. */
export interface InstalledKernel {
  file: string
  argv: string[]
  /** The version of skylab that wrote it. */
  version: string
}

/** Skylab kernels in a Jupyter data folder: kernel.json files that skylab wrote. */
export function kernelsIn(share: string): InstalledKernel[] {
  const kernels = path.join(share, 'kernels')
  return names(kernels).flatMap((kernel) => {
    const file = path.join(kernels, kernel, 'kernel.json')
    try {
      const { argv, metadata } = JSON.parse(readFileSync(file, 'utf8'))
      return metadata?.skylab
        ? [{ file, argv: [argv].flat().map(String), version: String(metadata.skylab.version) }]
        : []
    } catch {
      return []
    }
  })
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemCode(error) ?? '')) return []
    throw error
  }
}

/** The renderer beside this file; under a test runner this file is the source, and the renderer lies beside it too. */
function rendererFile(): string {
  const beside = fileURLToPath(new URL('./renderer.js', import.meta.url))
  return existsSync(beside) ? beside : inPackage('kernel', 'jupyter', 'renderer.js')
}
