// A widget of a TypeScript cell in JupyterLab: drawn, clicked, answered by the cell, there again after the
// page is loaded again. The front end's part is ipywidgets' and anywidget's own.
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelMetadata, readNotebook, writeNotebook } from '../../kernel/notebook/document.js'
import { skylab, temporaryFolder, writeTestNotebook } from '../tools.js'
import { codeCells, Lab, openNotebook, runAllCells, saveNotebook, screenshots, startBrowser } from './lab.js'

const counter = `
const counter = comms.widget({
  state: { count: 1, bytes: new Uint8Array([3, 4]) },
  css: '.skylab-counter { font-size: 20px }',
  esm: \`export default {
    render({ model, el }) {
      const button = document.createElement('button')
      button.className = 'skylab-counter'
      const draw = () => {
        const bytes = model.get('bytes')
        button.textContent = 'count ' + model.get('count') + ', bytes ' + [...new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)].join(' ')
      }
      button.onclick = () => { model.set('count', model.get('count') + 1); model.save_changes() }
      model.on('change', draw)
      model.on('msg:custom', (content) => { button.title = content.hello })
      draw()
      el.append(button)
    }
  }\`,
})
counter.on('count', (count) => {
  console.log('the cell hears ' + count)
  counter.set('bytes', Uint8Array.of(count, 255))
  counter.send({ hello: 'from the cell' })
})
counter`

describe('a widget in JupyterLab', () => {
  const { folder, remove } = temporaryFolder()
  let browser: Browser

  beforeAll(async () => {
    expect(await skylab(['install', '--prefix', folder])).toMatchObject({ status: 0 })
    const file = writeTestNotebook(path.join(folder, 'widget.ipynb'), [
      { code: counter },
      { code: 'let ended = false; while (!ended) await new Promise((resolve) => setTimeout(resolve, 50)); 5' },
    ])
    const notebook = readNotebook(file)
    Object.assign(notebook.metadata, kernelMetadata('skylab'))
    writeNotebook(file, notebook)
    browser = await startBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    remove()
  })

  it('is drawn, hears the click while a cell awaits, and comes back with the page', async () => {
    const lab = new Lab({ folder, prefix: folder })
    try {
      await lab.ready()
      const page = await browser.newPage()
      await openNotebook(page, lab, 'widget.ipynb')
      const running = runAllCells(page, 60)
      const button = page.locator('.jp-OutputArea button.skylab-counter')
      await button.waitFor({ timeout: 30_000 })
      expect(await button.textContent()).toBe('count 1, bytes 3 4')
      // The second cell is awaiting: the handler runs between.
      await button.click()
      await expect.poll(() => button.textContent(), { timeout: 10_000 }).toBe('count 2, bytes 2 255')
      await expect.poll(() => button.getAttribute('title'), { timeout: 10_000 }).toBe('from the cell')
      await expect.poll(() => printed(page), { timeout: 10_000 }).toBe('the cell hears 2\n')
      await button.click()
      await expect.poll(() => printed(page), { timeout: 10_000 }).toBe('the cell hears 2\nthe cell hears 3\n')
      await screenshots(page, 'widget')
      await page.keyboard.press('Escape')
      await page
        .locator(
          '.jp-NotebookPanel-toolbar [data-command="notebook:interrupt-kernel"], .jp-NotebookPanel-toolbar [data-jp-item-name="interrupt"] button, .jp-NotebookPanel-toolbar [data-jp-item-name="interrupt"] jp-button',
        )
        .first()
        .click()
      await running
      await saveNotebook(page)

      await openNotebook(page, lab, 'widget.ipynb')
      await button.waitFor({ timeout: 30_000 })
      expect(await button.textContent()).toBe('count 3, bytes 3 255')
      await button.click()
      await expect.poll(() => button.textContent(), { timeout: 10_000 }).toBe('count 4, bytes 4 255')
      await page.close()
    } finally {
      await lab.close()
    }
  })
})

/** What stands on the first cell's stdout. */
async function printed(page: Page): Promise<string> {
  const [cell] = await codeCells(page)
  return cell!.outputs
    .filter(({ output_type }) => output_type === 'stream')
    .map(({ text }) => [text].flat().join(''))
    .join('')
}
