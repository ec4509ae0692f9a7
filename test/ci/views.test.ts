// The views of rows in Chromium, with and without scripts, light and dark, and no network.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Judged } from '../../src/rows.js'
import { view } from '../../src/show/index.js'
import { temporaryFolder } from '../tools.js'

const before = Array.from({ length: 60 }, (_, i) => `Line ${i} says that the sum of ${i} and ${i + 7} is ${2 * i + 7}.`)
const text = `${before.join('\n')}\nWait, let me check that. So \\boxed{42} it is.\n${'I go back and look at the sum again. '.repeat(300)}`

const row = (i: number): Judged =>
  ({
    id: `practice/${i}`,
    source: 'practice',
    kind: 'math',
    domain: i % 3 ? 'math' : 'code',
    prompt: `Question ${i}?`,
    sample: 0,
    model: i % 2 ? 'small' : 'large',
    text: i === 0 ? text : `Answer number ${i}.`,
    finish: i % 5 ? 'stop' : 'length',
    usage: { prompt: 1, completion: i },
    verdict: i % 2 ? { ok: true, how: 'rational' } : { ok: false, why: 'wrong', detail: '' },
  }) as unknown as Judged

const folder = temporaryFolder()
let browser: Browser

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
})
afterAll(async () => {
  await browser?.close()
  folder.remove()
})

async function open(html: string, { scripts = true, dark = false } = {}): Promise<{ page: Page; errors: string[] }> {
  mkdirSync(folder.folder, { recursive: true })
  const file = path.join(folder.folder, 'page.html')
  writeFileSync(file, `<!doctype html><meta charset="utf-8"><style>:root{color-scheme:light dark}</style>${html}`)
  const context = await browser.newContext({
    offline: true,
    javaScriptEnabled: scripts,
    colorScheme: dark ? 'dark' : 'light',
    viewport: { width: 900, height: 800 },
  })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(`file://${file}`)
  return { page, errors }
}

/** Whether the frame of a text shows these words without scrolling further. */
const inSight = (page: Page, words: string) =>
  page.evaluate((wanted) => {
    const range = getSelection()?.rangeCount ? getSelection()!.getRangeAt(0) : undefined
    const place = range?.getBoundingClientRect()
    return {
      selected: range?.toString() === wanted,
      visible: place !== undefined && place.top >= 0 && place.bottom <= innerHeight,
    }
  }, words)

describe('view.trace in a browser', () => {
  it('searches, jumps, folds and copies, by keyboard too', async () => {
    const { page, errors } = await open(view.trace(row(0)).html)
    const search = page.locator('[data-do=search]')
    await search.fill('LINE 5')
    expect(await page.locator('[data-do=status]').textContent()).toBe('11 found')
    await search.press('Enter')
    await search.press('Enter')
    expect(await page.locator('[data-do=status]').textContent()).toBe('2 of 11')
    expect(await inSight(page, 'Line 5')).toEqual({ selected: true, visible: true })
    await search.press('Shift+Enter')
    await search.press('Shift+Enter')
    expect(await page.locator('[data-do=status]').textContent()).toBe('11 of 11')

    const frame = page.locator('[data-text]').last()
    const scrolled = () => frame.evaluate((box) => box.scrollTop)
    await page.locator('text=last boxed answer').press('Enter')
    const answer = await scrolled()
    await page.locator('text=where it begins to repeat').press('Enter')
    expect(await scrolled()).toBeGreaterThanOrEqual(answer)
    const map = page.locator('[data-map]')
    await map.click({ position: { x: 5, y: 10 } })
    expect(await scrolled()).toBeLessThan(answer)

    // What is copied is the text and nothing of ours.
    const whole = await page.evaluate(() => {
      let copied = ''
      Object.defineProperty(navigator, 'clipboard', {
        value: { writeText: async (all: string) => void (copied = all) },
      })
      ;(document.querySelector('[data-do=copy]') as HTMLElement).click()
      return copied
    })
    expect(whole).toBe(`Question 0?\n\n${text}`)
    expect(errors).toEqual([])
  })

  it('prepares a second view without touching the first', async () => {
    const { page, errors } = await open(view.trace(row(0)).html + view.trace(row(1)).html)
    expect(await page.locator('.skylab-trace[data-ready]').count()).toBe(2)
    await page.locator('[data-do=search]').nth(1).fill('number 1')
    expect(await page.locator('[data-do=status]').allTextContents()).toEqual(['', '1 found'])
    expect(errors).toEqual([])
  })

  it('is a page that folds where no script runs', async () => {
    const { page } = await open(view.trace(row(0)).html, { scripts: false, dark: true })
    expect(await page.locator('[data-do=search]').isVisible()).toBe(false)
    expect(await page.locator('[data-map]').isVisible()).toBe(true)
    expect(await page.locator('text=Line 3 says').isVisible()).toBe(true)
  })
})

describe('view.rows in a browser', () => {
  const rows = Array.from({ length: 10_000 }, (_, i) => row(i))

  it('filters ten thousand rows and opens one into its texts', async () => {
    const { page, errors } = await open(view.rows(rows).html)
    const list = page.locator('[data-do=list]')
    expect(await list.locator('[role=option]').count()).toBeLessThan(60)
    await page.locator('[aria-label=verdict]').selectOption({ label: 'right (5000)' })
    await page.locator('input[type=search]').fill('practice/7 small')
    // 7, 71, 73 …, 7001 …: odd numbers that begin with 7.
    const odd = rows.filter((one) => one.id.startsWith('practice/7') && one.verdict.ok).length
    expect(await page.locator('[data-do=count]').textContent()).toBe(`${odd.toLocaleString('en')} shown`)
    await list.press('ArrowDown')
    await list.press('Enter')
    await page.locator('text=Answer number 71.').waitFor()
    await list.press('End')
    expect(await list.evaluate((box) => box.scrollTop)).toBeGreaterThan(1000)
    expect(errors).toEqual([])
  })

  it('shows the first rows where no script runs', async () => {
    const { page } = await open(view.rows(rows).html, { scripts: false })
    expect(await page.locator('td', { hasText: 'practice/19' }).isVisible()).toBe(true)
    expect(await page.locator('text=9,980 more').isVisible()).toBe(true)
  })
})
