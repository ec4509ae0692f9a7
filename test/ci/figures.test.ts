// Every figure in Chromium: the static picture beside the live one, label by label.
//
// SKYLAB_SCREENSHOTS=FOLDER keeps both of each, on a light page and on a dark one.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DISPLAY } from '../../src/host.js'
import type { Figure } from '../../src/show/index.js'
import { gallery } from '../gallery.js'
import { temporaryFolder } from '../tools.js'
import { startBrowser } from './lab.js'

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

/** The labels of a drawing, relative to it. */
function labels(page: Page): Promise<Label[]> {
  return page.evaluate(() => {
    const box = document.querySelector('.skylab-figure')!.getBoundingClientRect()
    const shown = (element: Element) => {
      const style = getComputedStyle(element)
      return style.visibility !== 'hidden' && Number(style.opacity) > 0 && !element.closest('.hoverlayer, .modebar')
    }
    return [...document.querySelectorAll('.skylab-figure svg text')].filter(shown).flatMap((text) => {
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
