// Figures in a terminal: saved as pages that a browser opens, with the path printed.
import { copyFileSync, existsSync, mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { writeWhole } from '../notebook/document.js'
import { figurePage } from '../notebook/html.js'
import type { Bundle } from '../session.js'
import { plainText } from '../terminal.js'

const plotly = 'application/vnd.plotly.v1+json'

/** Saves the figures of one terminal session in a temporary folder that stays. */
export class FigureSaver {
  #folder: string | undefined
  #count = 0
  /** Displays that are updated keep their page. */
  readonly #byId = new Map<string, string>()

  /** The text to print for a figure: its one line and where it was saved. Undefined where the bundle is no figure. */
  describe(bundle: Bundle, id?: string): string | undefined {
    const picture = bundle.data[plotly] ?? bundle.data['image/svg+xml'] ?? bundle.data['image/png']
    if (picture === undefined) return undefined
    this.#folder ??= mkdtempSync(path.join(os.tmpdir(), 'skylab-figures-'))
    const library = path.join(this.#folder, 'plotly.js')
    if (bundle.data[plotly] && !existsSync(library))
      copyFileSync(createRequire(import.meta.url).resolve('plotly.js-dist/plotly.js'), library)
    const known = id === undefined ? undefined : this.#byId.get(id)
    const file = known ?? path.join(this.#folder, `figure-${++this.#count}.html`)
    if (id !== undefined) this.#byId.set(id, file)
    writeWhole(file, figurePage(bundle.data, './plotly.js'))
    return `${plainText(bundle)}\n  → ${pathToFileURL(file).href}`
  }
}
