// `npm run docs`, whole: every link leads somewhere, nothing is fetched from a network, figures come alive in Chromium.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { finish, root } from '../tools.js'

const docs = path.join(root, 'docs')
let browser: Browser

beforeAll(async () => {
  const made = await finish(process.execPath, [path.join(root, '.build/docs.mjs')], { cwd: root })
  expect(made.status, made.stdout + made.stderr).toBe(0)
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
}, 600_000)
afterAll(() => browser?.close())

const pages = () => readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'))

it('has a page for every notebook and every exported name, with no link that leads nowhere', () => {
  const names = readdirSync(path.join(root, 'notebooks')).filter((file) => file.endsWith('.ipynb'))
  const all = pages()
  for (const name of names) expect(all).toContain(path.join('notebooks', name.replace('.ipynb', '.html')))
  for (const name of ['functions/sample', 'functions/verify', 'functions/grade', 'classes/Stopped', 'variables/plot'])
    expect(all).toContain(path.join('api', `${name}.html`))
  for (const name of ['readme', 'readme.zh', 'changelog', 'contributing']) expect(all).toContain(`${name}.html`)
  // From the front page to each function, and back from there.
  const front = readFileSync(path.join(docs, 'index.html'), 'utf8')
  for (const name of readdirSync(path.join(docs, 'api/functions')).filter((file) => !file.includes('types_that')))
    expect(front).toContain(`href="api/functions/${name}"`)
  expect(readFileSync(path.join(docs, 'api/functions/sample.html'), 'utf8')).toContain('href="../../index.html"')
  const broken = all.flatMap((file) => {
    const text = readFileSync(path.join(docs, file), 'utf8').replace(/<script[\s\S]*?<\/script>/g, '')
    return [...text.matchAll(/\s(?:href|src)="([^"#][^"]*)"/g)]
      .map((match) => match[1]!.split('#')[0]!)
      .filter((link) => !/^(?:https?|data|mailto):/.test(link))
      .filter((link) => !existsSync(path.resolve(docs, path.dirname(file), decodeURI(link))))
      .map((link) => `${file}: ${link}`)
  })
  expect(broken).toEqual([])
})

it('asks for nothing outside its folder, and draws', async () => {
  const page = await browser.newPage()
  const asked: string[] = []
  const errors: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  page.on('pageerror', (error) => errors.push(error.message))
  for (const file of ['index.html', 'api/index.html', 'api/functions/sample.html', 'notebooks/08-model-size.html'])
    await page.goto(pathToFileURL(path.join(docs, file)).href, { waitUntil: 'load' })
  // The last of them has figures; Plotly's own elements say that they are alive.
  await page.waitForSelector('.figure .plotly, .figure.js-plotly-plot, .figure .js-plotly-plot', { timeout: 30_000 })
  expect(asked.length).toBeGreaterThan(4)
  expect(asked.filter((url) => !/^(?:file|data|blob):/.test(url))).toEqual([])
  expect(errors).toEqual([])
})
