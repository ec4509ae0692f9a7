// A real JupyterLab with the installed kernel, and Chromium to look at it.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { descendants, jupyterPython, lives, temporaryFolder, until } from '../tools.js'

export interface LabOptions {
  /** What JupyterLab opens; notebooks and what they write lie in it. */
  folder: string
  /** A folder that `skylab install --prefix` wrote to. */
  prefix: string
  theme?: 'JupyterLab Light' | 'JupyterLab Dark'
  /** Without the renderer a figure is the picture in its HTML. @default true */
  renderer?: boolean
}

/** A JupyterLab of its own: fresh home, settings and trust, an ephemeral port, nothing fetched from outside. */
export class Lab {
  readonly #child: ChildProcess
  readonly #home: { folder: string; remove(): void }
  readonly #token = randomBytes(16).toString('hex')
  #log = ''
  #url: string | undefined

  constructor({ folder, prefix, theme = 'JupyterLab Light', renderer = true }: LabOptions) {
    this.#home = temporaryFolder()
    const home = this.#home.folder
    const at = (...parts: string[]) => path.join(home, ...parts)
    const write = (file: string, value: unknown) => {
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, JSON.stringify(value))
    }
    const settings = at('settings', '@jupyterlab', 'apputils-extension')
    write(path.join(settings, 'notification.jupyterlab-settings'), { fetchNews: 'false', checkForUpdates: false })
    write(path.join(settings, 'themes.jupyterlab-settings'), { theme })
    if (!renderer)
      write(at('config', 'labconfig', 'page_config.json'), { disabledExtensions: { 'skylab-plotly': true } })
    const args = ['-m', 'jupyterlab', '--no-browser', '--expose-app-in-browser', '--LabApp.extension_manager=readonly']
    args.push('--ServerApp.ip=127.0.0.1', '--ServerApp.port=0', `--ServerApp.root_dir=${folder}`)
    if (process.getuid?.() === 0) args.push('--allow-root')
    this.#child = spawn(jupyterPython(), args, {
      cwd: folder,
      env: {
        ...process.env,
        HOME: home,
        XDG_DATA_HOME: at('share'),
        JUPYTER_TOKEN: this.#token,
        JUPYTER_PATH: path.join(prefix, 'share', 'jupyter'),
        JUPYTER_DATA_DIR: at('data'),
        JUPYTER_CONFIG_DIR: at('config'),
        JUPYTER_RUNTIME_DIR: at('runtime'),
        JUPYTERLAB_SETTINGS_DIR: at('settings'),
        JUPYTERLAB_WORKSPACES_DIR: at('workspaces'),
        IPYTHONDIR: at('ipython'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.setEncoding('utf8').on('data', (text) => (this.#log += text))
  }

  /** Everything that the server has printed. */
  get log(): string {
    return this.#log
  }

  /** Waits until the server answers. */
  async ready(): Promise<this> {
    const runtime = path.join(this.#home.folder, 'runtime')
    await until(() => {
      if (this.#child.exitCode !== null)
        throw new Error(`JupyterLab ended at once; SKYLAB_JUPYTER_PYTHON names a Python that has it:\n${this.#log}`)
      const file = existsSync(runtime) && readdirSync(runtime).find((name) => /^jpserver-\d+\.json$/.test(name))
      if (file) this.#url = JSON.parse(readFileSync(path.join(runtime, file), 'utf8') || '{}').url
      return this.#url !== undefined
    }, 60)
    for (let tries = 0; ; tries++) {
      const answer = await fetch(`${this.#url}api/status?token=${this.#token}`).catch(() => undefined)
      if (answer?.ok) return this
      if (tries > 100) throw new Error(`JupyterLab does not answer at ${this.#url}:\n${this.#log}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /** The address of a notebook in it. */
  address(notebook: string): string {
    return `${this.#url}lab/tree/${encodeURIComponent(notebook)}?token=${this.#token}`
  }

  /** Ends the server, and with it its kernels; throws where a process of theirs stays. */
  async close(): Promise<void> {
    const all = [this.#child.pid!, ...descendants(this.#child.pid!)]
    this.#child.kill('SIGTERM')
    try {
      await until(() => !all.some(lives), 20)
    } catch (error) {
      const left = all.filter(lives)
      for (const pid of left) process.kill(pid, 'SIGKILL')
      throw new Error(`JupyterLab left processes behind: ${left.join(', ')}\n${this.#log}`, { cause: error })
    } finally {
      this.#home.remove()
    }
  }
}

/** Debian's Chromium, or what `SKYLAB_CHROMIUM` names. */
export function startBrowser(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
  args.push('--disable-background-networking', '--disable-component-update', '--disable-sync')
  return chromium.launch({ executablePath: process.env.SKYLAB_CHROMIUM ?? '/usr/bin/chromium', args })
}

/** What JupyterLab knows of a code cell. */
export interface LabCell {
  count: number | null
  // biome-ignore lint/suspicious/noExplicitAny: outputs as nbformat has them
  outputs: Record<string, any>[]
}

/** Opens a notebook and waits until it is drawn and, if asked, until its kernel is idle. */
export async function openNotebook(page: Page, lab: Lab, notebook: string): Promise<void> {
  await page.goto(lab.address(notebook))
  await page.locator('.jp-NotebookPanel:visible .jp-CodeCell').first().waitFor({ timeout: 60_000 })
  await kernelIs(page, 'idle')
}

/** Run > Run All Cells, as a person does it, and waits until the last cell is done or one has failed. */
export async function runAllCells(page: Page, seconds: number): Promise<LabCell[]> {
  await page.locator('.lm-MenuBar-itemLabel', { hasText: /^Run$/ }).click()
  await page.locator('.lm-Menu-itemLabel', { hasText: /^Run All Cells$/ }).click()
  const end = Date.now() + seconds * 1000
  for (;;) {
    const cells = await codeCells(page)
    if (cells.some(({ outputs }) => outputs.some((output) => output.output_type === 'error'))) return cells
    if (cells.every(({ count }) => count !== null) && (await kernelStatus(page)) === 'idle') return codeCells(page)
    if (Date.now() > end)
      throw new Error(`after ${seconds} s cell ${cells.findIndex(({ count }) => count === null) + 1} is not done`)
    await page.waitForTimeout(250)
  }
}

/** The code cells of the open notebook, from JupyterLab's own model. */
export function codeCells(page: Page): Promise<LabCell[]> {
  return page.evaluate(() => {
    // biome-ignore lint/suspicious/noExplicitAny: JupyterLab's application object
    const cells = [...(window as any).jupyterapp.shell.currentWidget.content.model.cells]
    return cells
      .filter(({ type }) => type === 'code')
      .map((cell) => ({ count: cell.executionCount, outputs: cell.outputs.toJSON() }))
  })
}

/** The language in which JupyterLab colours the cells. */
export function codeMimeType(page: Page): Promise<string> {
  // biome-ignore lint/suspicious/noExplicitAny: JupyterLab's application object
  return page.evaluate(() => (window as any).jupyterapp.shell.currentWidget.content.codeMimetype)
}

/** Waits until the kernel of the open notebook has a status. */
async function kernelIs(page: Page, status: string): Promise<void> {
  for (let tries = 0; (await kernelStatus(page)) !== status; tries++) {
    if (tries > 240) throw new Error(`the kernel is ${await kernelStatus(page)}, not ${status}`)
    await page.waitForTimeout(250)
  }
}

function kernelStatus(page: Page): Promise<string> {
  return page.evaluate(
    // biome-ignore lint/suspicious/noExplicitAny: JupyterLab's application object
    () => (window as any).jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status ?? 'none',
  )
}

/** Saves the open notebook and waits until JupyterLab says that nothing is unsaved. */
export async function saveNotebook(page: Page): Promise<void> {
  await page.keyboard.press('Control+s')
  await page.waitForFunction(
    // biome-ignore lint/suspicious/noExplicitAny: JupyterLab's application object
    () => !(window as any).jupyterapp.shell.currentWidget.context.model.dirty,
  )
}

/** Pictures of every code cell with an output, where `SKYLAB_SCREENSHOTS` names a folder. */
export async function screenshots(page: Page, name: string, cells = '.jp-CodeCell'): Promise<void> {
  const folder = process.env.SKYLAB_SCREENSHOTS
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: path.join(folder, `${name}.png`) })
  // JupyterLab scrolls inside its page: what is taller than the window would be cut.
  const size = page.viewportSize()!
  await page.setViewportSize({ width: size.width, height: 2400 })
  const all = page.locator(cells)
  for (let place = 0; place < (await all.count()); place++) {
    const file = path.join(folder, `${name}-${String(place + 1).padStart(2, '0')}.png`)
    await all.nth(place).screenshot({ path: file })
  }
  await page.setViewportSize(size)
}

/** How many figures the cells of a notebook draw when every row fares as it should: one for each call of plot. */
export function figuresAsked(cells: { source: string }[]): number {
  return cells.flatMap(({ source }) => source.match(/\bplot\.\w+\(/g) ?? []).length
}

/** Whether a box is of a size to be looked at. */
export function isLarge(box: { width: number; height: number } | null): boolean {
  return box !== null && box.width > 300 && box.height > 200
}
