// Figures in a terminal: saved as pages, opened where there is a browser, with the path printed.
import { spawn } from 'node:child_process'
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

/**
 * The command that opens a page in the person's browser, or undefined where there is none to be seen:
 * on Linux without a display, or through ssh. `$BROWSER` names another one; `BROWSER=none` opens nothing.
 */
export function browserCommand(env: NodeJS.ProcessEnv, platform = process.platform): string[] | undefined {
  const { BROWSER: wanted } = env
  if (wanted === 'none') return undefined
  if (wanted && !wanted.includes(':')) return [wanted]
  if (platform === 'win32') return ['cmd', '/c', 'start', '""']
  if (env.SSH_CONNECTION && !env.DISPLAY) return undefined
  if (platform === 'darwin') return ['open']
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined
}

/** Saves the figures of one terminal session in a temporary folder that stays. */
export class FigureSaver {
  readonly #env: NodeJS.ProcessEnv
  readonly #links: boolean
  #folder: string | undefined
  #count = 0
  /** Displays that are updated keep their page. */
  readonly #byId = new Map<string, string>()

  /** @param links Whether the terminal can be written links to (OSC 8). */
  constructor(env: NodeJS.ProcessEnv, links: boolean) {
    this.#env = env
    this.#links = links
  }

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
    const { href } = pathToFileURL(file)
    const link = this.#links ? `\x1b]8;;${href}\x1b\\${href}\x1b]8;;\x1b\\` : href
    const opened = known === undefined && this.#open(href)
    return `${plainText(bundle)}\n  → ${known === undefined && !opened ? 'open ' : ''}${link}`
  }

  /** Opens a page; whether there is a browser to try it with. */
  #open(href: string): boolean {
    const [program, ...args] = browserCommand(this.#env) ?? []
    if (!program) return false
    const child = spawn(program, [...args, href], { stdio: 'ignore', detached: true })
    child.on('error', () => undefined)
    child.unref()
    return true
  }
}
