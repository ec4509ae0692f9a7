// The recipe under Jupyter's own runner, `jupyter nbconvert --execute` (nbclient), with the installed
// kernel.json; and what is left of its figures in a browser that runs no script.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CodeCell, type Notebook, readNotebook } from '../../kernel/notebook/document.js'
import { htmlPage } from '../../kernel/notebook/html.js'
import { finish, jupyterPython, root, skylab, temporaryFolder } from '../tools.js'
import { screenshots, startBrowser } from './lab.js'

const plotly = 'application/vnd.plotly.v1+json'

describe('the recipe under nbclient', () => {
  const { folder, remove } = temporaryFolder()
  const at = (name: string) => path.join(folder, name)
  let browser: Browser
  let done: Notebook
  let code: CodeCell[]

  beforeAll(async () => {
    expect(await skylab(['install', '--prefix', folder])).toMatchObject({ status: 0 })
    copyFileSync(path.join(root, 'notebooks', 'sky-t1.ipynb'), at('sky-t1.ipynb'))
    const args = ['-m', 'nbconvert', '--to', 'notebook', '--execute', '--output', 'done.ipynb', 'sky-t1.ipynb']
    // Its home is the temporary folder, so that no kernel or setting of the machine is used.
    const env = { HOME: folder, XDG_DATA_HOME: at('data'), JUPYTER_PATH: at('share/jupyter') }
    const run = await finish(jupyterPython(), args, { cwd: folder, env: { ...env, JUPYTER_CONFIG_DIR: at('config') } })
    expect(run.status, run.stderr).toBe(0)
    done = readNotebook(at('done.ipynb'))
    code = done.cells.filter((cell) => cell.cell_type === 'code')
    browser = await startBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    remove()
  })

  it('ends without an error, every cell in its turn', () => {
    expect(code.flatMap(({ outputs }) => outputs.filter(({ output_type }) => output_type === 'error'))).toEqual([])
    expect(code.map(({ execution_count }) => execution_count)).toEqual(code.map((_, place) => place + 1))
    expect(figures()).toBeGreaterThanOrEqual(5)
  })

  it('leaves a page whose figures are visible without any script, and alive with scripts', async () => {
    writeFileSync(at('page.html'), await htmlPage(done, { title: 'the recipe' }))
    for (const javaScriptEnabled of [false, true]) {
      const context = await browser.newContext({
        javaScriptEnabled,
        offline: true,
        viewport: { width: 1200, height: 900 },
      })
      const page = await context.newPage()
      await page.goto(pathToFileURL(at('page.html')).href)
      const drawn = page.locator(
        javaScriptEnabled ? '.figure svg.main-svg:first-of-type' : '.figure .still :is(img, svg)',
      )
      const places = page.locator('.figure')
      expect(await places.count()).toBe(figures())
      for (let place = 0; place < figures(); place++) {
        const inside = places
          .nth(place)
          .locator(javaScriptEnabled ? '.js-plotly-plot svg.main-svg' : '.still img, .still > svg')
        await inside.first().waitFor()
        const box = await inside.first().boundingBox()
        expect(box?.width).toBeGreaterThan(300)
        expect(box?.height).toBeGreaterThan(200)
      }
      expect(await drawn.count()).toBeGreaterThanOrEqual(figures())
      await screenshots(page, javaScriptEnabled ? 'page-live' : 'page-still', 'section.cell')
      await context.close()
    }
  })

  it('becomes HTML by Jupyter’s own converter, with the pictures in it', async () => {
    const run = await finish(jupyterPython(), ['-m', 'nbconvert', '--to', 'html', 'done.ipynb'], {
      cwd: folder,
      env: { HOME: folder },
    })
    expect(run.status, run.stderr).toBe(0)
    const html = readFileSync(at('done.html'), 'utf8')
    expect(html.match(/<img alt="[^"]+" width="\d+" height="\d+" src="data:image\/svg\+xml;base64,/g)).toHaveLength(
      figures(),
    )
  })

  function figures(): number {
    return code.flatMap(({ outputs }) => outputs as { data?: object }[]).filter(({ data }) => data && plotly in data)
      .length
  }
})
