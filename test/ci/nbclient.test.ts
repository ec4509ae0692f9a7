// The recipe under Jupyter's own runner, `jupyter nbconvert --execute` (nbclient), with the installed
// kernel.json; and what is left of its figures in a browser that runs no script.
import { copyFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CodeCell, type Notebook, readNotebook } from '../../kernel/notebook/document.js'
import { htmlPage } from '../../kernel/notebook/html.js'
import { finish, jupyterPython, root, skylab, temporaryFolder, writeTestNotebook } from '../tools.js'
import { figuresAsked, isLarge, screenshots, startBrowser } from './lab.js'

const plotly = 'application/vnd.plotly.v1+json'

describe('the recipe under nbclient', () => {
  const { folder, remove } = temporaryFolder()
  const at = (name: string) => path.join(folder, name)
  // Its home is the temporary folder, so that no kernel or setting of the machine is used.
  const environment = {
    HOME: folder,
    XDG_DATA_HOME: at('data'),
    JUPYTER_PATH: at('share/jupyter'),
    JUPYTER_CONFIG_DIR: at('config'),
  }
  let browser: Browser
  let done: Notebook
  let code: CodeCell[]

  beforeAll(async () => {
    expect(await skylab(['install', '--prefix', folder])).toMatchObject({ status: 0 })
    copyFileSync(path.join(root, 'notebooks', 'sky-t1.ipynb'), at('sky-t1.ipynb'))
    const args = ['-m', 'nbconvert', '--to', 'notebook', '--execute', '--output', 'done.ipynb', 'sky-t1.ipynb']
    const run = await finish(jupyterPython(), args, { cwd: folder, env: environment })
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
    expect(figures()).toBe(figuresAsked(code))
  })

  // nbclient drops what comes after the end of a cell: the cell has to last until its figure is shown.
  it('gets what a cell shows without awaiting it, in order', async () => {
    const slow =
      "({ [Symbol.for('Jupyter.display')]: () => new Promise((done) => setTimeout(() => done({ 'text/plain': name }), ms)) })"
    writeTestNotebook(at('slow.ipynb'), [
      { code: `const slow = (name: string, ms: number) => ${slow}` },
      { code: "display(slow('first', 400))\nif (true) display(slow('second', 200))\nelse console.log('no')" },
      { code: "display(slow('third', 200))\nslow('result', 50)" },
    ])
    await execute('slow.ipynb')
    const shown = readNotebook(at('slow.ipynb')).cells.map((cell) =>
      (cell as CodeCell).outputs.map((output) => ('data' in output ? output.data['text/plain'] : output)),
    )
    expect(shown).toEqual([[], ['first', 'second'], ['third', 'result']])
  })

  it('gets every type error, those of the first cell with the second', async () => {
    writeTestNotebook(at('types.ipynb'), [
      { code: "const one: number = 'text'" },
      { code: 'problems.length', tags: ['raises-exception'] },
      { code: "const two: number = 'text'" },
    ])
    await execute('types.ipynb')
    const told = readNotebook(at('types.ipynb')).cells.map((cell) =>
      (cell as CodeCell).outputs.map((output) =>
        stripVTControlCharacters(JSON.stringify(output)).match(/cell \[\d\]|→ [^"\\]+/g),
      ),
    )
    expect(told).toEqual([[], [["→ import { problems } from 'skylab'", 'cell [2]'], ['cell [1]']], [['cell [3]']]])
  })

  /** Runs a notebook in place. */
  async function execute(name: string): Promise<void> {
    const kernel = '--ExecutePreprocessor.kernel_name=skylab'
    const args = ['-m', 'nbconvert', '--to', 'notebook', '--execute', '--inplace', kernel, name]
    const run = await finish(jupyterPython(), args, { cwd: folder, env: environment })
    expect(run.status, run.stderr).toBe(0)
  }

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
      const places = page.locator('.figure')
      expect(await places.count()).toBe(figures())
      for (let place = 0; place < figures(); place++) {
        const inside = places
          .nth(place)
          .locator(javaScriptEnabled ? '.js-plotly-plot svg.main-svg' : '.still img, .still > svg')
        await inside.first().waitFor()
        expect(await inside.first().boundingBox()).toSatisfy(isLarge)
      }
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
    const context = await browser.newContext({ javaScriptEnabled: false, offline: true })
    const page = await context.newPage()
    await page.goto(pathToFileURL(at('done.html')).href)
    const pictures = page.locator('.skylab-figure img')
    expect(await pictures.count()).toBe(figures())
    for (let place = 0; place < figures(); place++) expect(await pictures.nth(place).boundingBox()).toSatisfy(isLarge)
    await context.close()
  })

  function figures(): number {
    return code.flatMap(({ outputs }) => outputs as { data?: object }[]).filter(({ data }) => data && plotly in data)
      .length
  }
})
