// The recipe in JupyterLab, as a person sees it: our kernel from an installed kernel.json, our renderer
// of figures, Chromium. SKYLAB_SCREENSHOTS=FOLDER keeps pictures of every cell, in light and in dark.
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CodeCell, notebookText, readNotebook } from '../../kernel/notebook/document.js'
import { root, skylab, temporaryFolder } from '../tools.js'
import {
  codeCells,
  codeMimeType,
  figuresAsked,
  isLarge,
  Lab,
  type LabCell,
  type LabOptions,
  openNotebook,
  runAllCells,
  saveNotebook,
  screenshots,
  startBrowser,
} from './lab.js'

const plotly = 'application/vnd.plotly.v1+json'
const viewport = { width: 1400, height: 1000 }

describe('the recipe in JupyterLab', () => {
  const prefix = temporaryFolder()
  const work = temporaryFolder()
  let browser: Browser
  let figures = 0

  beforeAll(async () => {
    expect(await skylab(['install', '--prefix', prefix.folder])).toMatchObject({ status: 0 })
    // It is committed with its outputs, and a cell that was not run must not look like one that was.
    const notebook = readNotebook(path.join(root, 'notebooks', 'sky-t1.ipynb'))
    for (const cell of notebook.cells)
      if (cell.cell_type === 'code') Object.assign(cell, { outputs: [], execution_count: null })
    writeFileSync(path.join(work.folder, 'sky-t1.ipynb'), notebookText(notebook))
    browser = await startBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    prefix.remove()
    work.remove()
  })

  it('runs every cell without an error, and every figure is alive', async () => {
    await inLab({ theme: 'JupyterLab Light' }, async (page, outside) => {
      const cells = await runAllCells(page, 240)
      expect(cells.flatMap(({ outputs }) => outputs.filter((output) => output.output_type === 'error'))).toEqual([])
      expect(cells.map(({ count }) => count)).toEqual(cells.map((_, place) => place + 1))
      expect(await codeMimeType(page)).toBe('application/typescript')
      figures = figuresOf(cells)
      expect(figures).toBe(figuresAsked(readNotebook(path.join(work.folder, 'sky-t1.ipynb')).cells))
      await liveFigures(page, figures)
      await saveNotebook(page)
      await screenshots(page, 'lab-light')
      expect(outside).toEqual([])
    })
    // What the cells wrote lies beside the notebook, and the saved notebook holds what was seen.
    expect(existsSync(path.join(work.folder, 'runs', 'sky-t1', 'sky-t1.json'))).toBe(true)
    const saved = readNotebook(path.join(work.folder, 'sky-t1.ipynb'))
    expect(figuresOf(saved.cells.filter((cell) => cell.cell_type === 'code') as CodeCell[])).toBe(figures)
  })

  it('shows the figures alive on a dark page, in a notebook that is only opened', async () => {
    await inLab({ theme: 'JupyterLab Dark' }, async (page, outside) => {
      expect(figuresOf(await codeCells(page))).toBe(figures)
      await liveFigures(page, figures)
      await screenshots(page, 'lab-dark')
      expect(outside).toEqual([])
    })
  })

  // A fresh home trusts no notebook, so this is also what somebody sees who cloned one and installed nothing.
  it('shows every figure as a picture where the renderer is missing and the notebook is not trusted', async () => {
    await inLab({ renderer: false }, async (page) => {
      expect(await page.locator('.js-plotly-plot').count()).toBe(0)
      const pictures = page.locator('.jp-OutputArea .skylab-figure img')
      await expect.poll(() => pictures.count(), { timeout: 20_000 }).toBe(figures)
      await screenshots(page, 'lab-still')
      for (let place = 0; place < figures; place++) {
        const picture = pictures.nth(place)
        await picture.scrollIntoViewIfNeeded()
        // An image whose data could not be drawn has a box of the right size all the same.
        const natural = () => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)
        await expect.poll(natural, { timeout: 10_000 }).toBeGreaterThan(300)
        expect(await picture.boundingBox()).toSatisfy(isLarge)
      }
    })
  })

  /** Starts JupyterLab, opens the notebook, and ends everything again. */
  async function inLab(
    options: Pick<LabOptions, 'theme' | 'renderer'>,
    look: (page: Page, outside: string[]) => Promise<void>,
  ): Promise<void> {
    const lab = new Lab({ folder: work.folder, prefix: prefix.folder, ...options })
    const context = await browser.newContext({ viewport })
    try {
      await lab.ready()
      const page = await context.newPage()
      const outside: string[] = []
      page.on('request', (request) => {
        const { hostname, protocol } = new URL(request.url())
        if (/^http|^ws/.test(protocol) && hostname !== '127.0.0.1') outside.push(request.url())
      })
      await openNotebook(page, lab, 'sky-t1.ipynb')
      await look(page, outside)
    } finally {
      await context.close()
      await lab.close()
    }
  }
})

/** How many outputs are figures. */
function figuresOf(cells: Pick<LabCell, 'outputs'>[] | CodeCell[]): number {
  return cells.flatMap(({ outputs }) => outputs as { data?: object }[]).filter(({ data }) => data && plotly in data)
    .length
}

/** Every figure was drawn by plotly.js, is of a size to be looked at, and has marks in it. */
async function liveFigures(page: Page, count: number): Promise<void> {
  const drawn = page.locator('.jp-OutputArea .js-plotly-plot')
  await expect.poll(() => drawn.count(), { timeout: 30_000 }).toBe(count)
  for (let place = 0; place < count; place++) {
    const figure = drawn.nth(place)
    await figure.scrollIntoViewIfNeeded()
    const picture = figure.locator('svg.main-svg').first()
    await picture.waitFor()
    expect(await picture.boundingBox()).toSatisfy(isLarge)
    expect(await figure.locator('svg.main-svg path, svg.main-svg rect').count()).toBeGreaterThan(3)
  }
}
