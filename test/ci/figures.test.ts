// Every figure in Chromium: the static picture beside the live one, label by label.
//
// SKYLAB_SCREENSHOTS=FOLDER keeps both of each, on a light page and on a dark one.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DISPLAY } from '../../src/host.js'
import type { Figure } from '../../src/show/index.js'
import { gallery } from '../gallery.js'
import { jupyterPython, skylab, temporaryFolder } from '../tools.js'
import { Lab, type LabOptions, openNotebook, startBrowser } from './lab.js'

const folder = temporaryFolder()
const kept = process.env.SKYLAB_SCREENSHOTS
let browser: Browser

beforeAll(async () => {
  browser = await startBrowser()
  if (kept) mkdirSync(kept, { recursive: true })
})
afterAll(async () => {
  await browser?.close()
  folder.remove()
})

/** A word of the figure and the middle of its box. */
interface Label {
  text: string
  x: number
  y: number
}

async function open(file: string, dark: boolean): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext({
    offline: true,
    colorScheme: dark ? 'dark' : 'light',
    viewport: { width: 900, height: 900 },
  })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('requestfailed', (request) => faults.push(request.url().slice(0, 100)))
  await page.goto(`file://${file}`)
  return { page, faults }
}

/** The labels of the nth drawing that a selector finds, relative to it. */
function labels(page: Page, selector = '.skylab-figure', place = 0): Promise<Label[]> {
  return page
    .locator(selector)
    .nth(place)
    .evaluate((drawing) => {
      const box = drawing.getBoundingClientRect()
      const shown = (element: Element) => {
        const style = getComputedStyle(element)
        return style.visibility !== 'hidden' && Number(style.opacity) > 0 && !element.closest('.hoverlayer, .modebar')
      }
      return [...drawing.querySelectorAll('svg text')].filter(shown).flatMap((text) => {
        const lines = [...text.querySelectorAll('tspan.line')]
        // The static picture keeps the lines and loses their class.
        const own = lines.length > 0 ? lines : [...text.querySelectorAll(':scope > tspan[dy]')]
        return (own.length > 0 ? own : [text]).flatMap((line) => {
          const at = line.getBoundingClientRect()
          const said = line.textContent!.trim()
          if (said === '' || at.width === 0) return []
          return [{ text: said, x: (at.left + at.right) / 2 - box.left, y: (at.top + at.bottom) / 2 - box.top }]
        })
      })
    })
}

/** How far the nearest live label of the same words lies from each static one; Infinity where there is none. */
function distances(picture: Label[], live: Label[]): { text: string; away: number }[] {
  return picture.map(({ text, x, y }) => ({
    text,
    away: Math.min(...live.filter((one) => one.text === text).map((one) => Math.hypot(one.x - x, one.y - y)), Infinity),
  }))
}

describe('every figure, live and as a picture', () => {
  it.each(Object.keys(gallery) as (keyof typeof gallery)[])('%s', async (name) => {
    const figure: Figure = await gallery[name]()
    const live = path.join(folder.folder, `${name}.html`)
    const picture = path.join(folder.folder, `${name}-picture.html`)
    await figure.save(live)
    const svg = await figure.toSVG()
    const page = (inside: string) =>
      `<!doctype html><meta charset="utf-8"><style>:root{color-scheme:light dark}body{margin:2em}</style>${inside}`
    writeFileSync(picture, page(`<div class="skylab-figure" style="display:inline-block">${svg}</div>`))
    const found: Label[][] = []
    for (const file of [picture, live]) {
      for (const dark of kept ? [false, true] : [false]) {
        const { page: opened, faults } = await open(file, dark)
        await opened.locator('.skylab-figure svg').first().waitFor()
        expect(faults).toEqual([])
        if (!dark) found.push(await labels(opened))
        const kind = file === live ? 'live' : 'picture'
        if (kept)
          await opened
            .locator('.skylab-figure')
            .screenshot({ path: path.join(kept, `${name}-${kind}-${dark ? 'dark' : 'light'}.png`) })
        await opened.context().close()
      }
    }
    const [still, moving] = found as [Label[], Label[]]
    expect(still.length).toBeGreaterThan(3)
    // Every word of the one is in the other, and nowhere else: fonts differ by some pixels, a misplaced label by more.
    expect(still.map(({ text }) => text).sort()).toEqual(moving.map(({ text }) => text).sort())
    expect(distances(still, moving).filter(({ away }) => away > 12)).toEqual([])
    // One bundle holds all that a front end may ask for, small enough to commit.
    const bundle = await figure[DISPLAY]()
    expect(Object.keys(bundle)).toEqual(['application/vnd.plotly.v1+json', 'text/html', 'image/svg+xml', 'text/plain'])
    expect(JSON.stringify(bundle).length).toBeLessThan(500_000)
  })
})

describe('all figures in one notebook that was not run here', () => {
  const prefix = temporaryFolder()
  const names = Object.keys(gallery) as (keyof typeof gallery)[]
  const pictures: Label[][] = []

  beforeAll(async () => {
    expect(await skylab(['install', '--prefix', prefix.folder])).toMatchObject({ status: 0 })
    const cells = []
    for (const [place, name] of names.entries()) {
      const figure: Figure = await gallery[name]()
      const output = { output_type: 'display_data', data: await figure[DISPLAY](), metadata: {} }
      cells.push({
        cell_type: 'code',
        id: name,
        metadata: {},
        source: name,
        execution_count: place + 1,
        outputs: [output],
      })
      pictures.push(await drawn(await figure.toSVG()))
      if (kept) await figure.save(path.join(kept, `${name}.png`))
    }
    const metadata = { kernelspec: { name: 'skylab', display_name: 'TypeScript (skylab)', language: 'typescript' } }
    writeFileSync(
      path.join(folder.folder, 'figures.ipynb'),
      JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }),
    )
  })
  afterAll(() => prefix.remove())

  /** The labels of a picture on a page of its own. */
  async function drawn(svg: string): Promise<Label[]> {
    const page = await browser.newPage()
    await page.setContent(`<div class="skylab-figure" style="display:inline-block">${svg}</div>`)
    const found = await labels(page)
    await page.close()
    return found
  }

  it.each((kept ? ['JupyterLab Light', 'JupyterLab Dark'] : ['JupyterLab Light']) as Required<LabOptions>['theme'][])(
    'is alive in %s, word for word',
    async (theme) => {
      const lab = new Lab({ folder: folder.folder, prefix: prefix.folder, theme })
      const context = await browser.newContext({ viewport: { width: 1100, height: 1000 } })
      try {
        await lab.ready()
        const page = await context.newPage()
        const faults: string[] = []
        page.on('pageerror', (error) => faults.push(error.message))
        await openNotebook(page, lab, 'figures.ipynb')
        for (const [place, name] of names.entries()) {
          const cell = page.locator('.jp-CodeCell').nth(place)
          await cell.scrollIntoViewIfNeeded()
          const figure = cell.locator('.js-plotly-plot')
          await figure.locator('svg.main-svg text').first().waitFor({ timeout: 30_000 })
          const words = (found: Label[]) => found.map(({ text }) => text).sort()
          await expect
            .poll(async () =>
              words(await labels(page, `.jp-CodeCell:nth-child(${place + 1} of .jp-CodeCell) .js-plotly-plot`)),
            )
            .toEqual(words(pictures[place]!))
          // Drawn smaller where the column is narrow, and never cut off.
          const [box, column] = [await figure.boundingBox(), await cell.locator('.jp-OutputArea-output').boundingBox()]
          expect(box!.x + box!.width).toBeLessThanOrEqual(column!.x + column!.width + 1)
          if (kept) await figure.screenshot({ path: path.join(kept, `${name}-${theme.replace(' ', '-')}.png`) })
        }
        // What the mouse points at is what is told, in a figure that is drawn smaller too.
        const published = page.locator('.jp-CodeCell').nth(names.indexOf('published'))
        const bar = published.locator('.barlayer .point path').first()
        await bar.scrollIntoViewIfNeeded()
        const at = (await bar.boundingBox())!
        await page.mouse.move(at.x + at.width / 2, at.y + at.height / 2)
        const told = published.locator('.hoverlayer .hovertext')
        await expect.poll(() => told.first().textContent(), { timeout: 10_000 }).toContain('82.4')
        expect(faults).toEqual([])
      } finally {
        await context.close()
        await lab.close()
      }
    },
  )

  it('is a picture each in the HTML of nbconvert, without a network', async () => {
    const { status, stderr } = spawnSync(
      jupyterPython(),
      ['-m', 'nbconvert', '--to', 'html', path.join(folder.folder, 'figures.ipynb')],
      { encoding: 'utf8' },
    )
    expect(status, stderr).toBe(0)
    const context = await browser.newContext({ offline: true, viewport: { width: 1100, height: 1000 } })
    const page = await context.newPage()
    await page.goto(`file://${path.join(folder.folder, 'figures.html')}`)
    const still = page.locator('.skylab-figure img')
    expect(await still.count()).toBe(names.length)
    for (const [place, name] of names.entries()) {
      await still.nth(place).scrollIntoViewIfNeeded()
      const natural = () => still.nth(place).evaluate((image) => (image as HTMLImageElement).naturalWidth)
      await expect.poll(natural, { timeout: 10_000 }).toBeGreaterThan(300)
      if (kept) await still.nth(place).screenshot({ path: path.join(kept, `${name}-nbconvert.png`) })
    }
    await context.close()
  })
})
