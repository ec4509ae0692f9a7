// A notebook as one HTML file that needs no network: prose, code, outputs, and figures that are
// pictures until plotly.js, which is inside once, makes them alive.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { ansiHtml, escapeHtml } from './ansi.js'
import type { Cell, CodeCell, Notebook, SavedOutput } from './document.js'
import { highlight } from './highlight.js'
import { markdownHtml } from './markdown.js'
import { style } from './style.js'

export interface HtmlOptions {
  title: string
  /** Folder that pictures in Markdown are looked up in. */
  folder?: string
  /** Address of plotly.js beside the page. @default inside the page */
  library?: string
}

const plotly = 'application/vnd.plotly.v1+json'

/** The whole page. */
export async function htmlPage(notebook: Notebook, options: HtmlOptions): Promise<string> {
  const page: Page = { figures: [], folder: options.folder }
  const body = notebook.cells.map((cell) => cellHtml(cell, page)).join('\n')
  const library =
    options.library === undefined
      ? `<script>${plotlyScript()}</script>`
      : `<script src="${escapeHtml(options.library)}"></script>`
  const scripts = page.figures.length ? figureScripts(page.figures, library) : ''
  return pageHtml(firstHeading(notebook) ?? options.title, body, scripts)
}

/** A page of one output; plotly.js is loaded from the URL given. */
export function figurePage(data: Record<string, unknown>, library: string): string {
  const page: Page = { figures: [], folder: undefined }
  const body = `<div class="output">${bundleHtml(data, page)}</div>`
  const scripts = page.figures.length
    ? figureScripts(page.figures, `<script src="${escapeHtml(library)}"></script>`)
    : ''
  return pageHtml(String(data['text/plain'] ?? 'figure').split('\n')[0]!, body, scripts)
}

function pageHtml(title: string, body: string, scripts: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="skylab">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
${scripts}</body>
</html>
`
}

interface Page {
  figures: unknown[]
  folder: string | undefined
}

function cellHtml(cell: Cell, page: Page): string {
  if (cell.cell_type === 'raw') return ''
  if (cell.cell_type !== 'code')
    return `<section class="prose">\n${markdownHtml(cell.source, { ...(page.folder ? { folder: page.folder } : {}), ...(cell.attachments ? { attachments: cell.attachments } : {}) })}</section>`
  if (cell.source.trim() === '' && cell.outputs.length === 0) return ''
  return `<section class="cell">\n${sourceHtml(cell)}\n${cell.outputs.map((output) => outputHtml(output, page)).join('\n')}\n</section>`
}

function sourceHtml(cell: CodeCell): string {
  const code = `<pre class="code"><code>${highlight(cell.source.replace(/\n+$/, ''))}</code></pre>`
  const count = `<span class="count">${cell.execution_count ?? ''}</span>`
  const hidden =
    (cell.metadata.jupyter as { source_hidden?: boolean } | undefined)?.source_hidden ||
    cell.metadata.tags?.includes('hide-input')
  return hidden
    ? `<details><summary>${count}code</summary>${code}</details>`
    : `<div class="input">${count}${code}</div>`
}

function outputHtml(output: SavedOutput, page: Page): string {
  if (output.output_type === 'stream') return `<pre class="output ${output.name}">${ansiHtml(output.text)}</pre>`
  if (output.output_type === 'error') {
    const text = output.traceback.length ? output.traceback.join('\n') : `${output.ename}: ${output.evalue}`
    return `<pre class="output error">${ansiHtml(text)}</pre>`
  }
  return `<div class="output">${bundleHtml(output.data, page)}</div>`
}

/** The richest form of a bundle that a page can show. */
function bundleHtml(data: Record<string, unknown>, page: Page): string {
  const text = (type: string) => (typeof data[type] === 'string' ? (data[type] as string) : undefined)
  if (data[plotly]) {
    page.figures.push(data[plotly])
    return `<div class="figure" data-figure="${page.figures.length - 1}"><div class="still">${still(data)}</div></div>`
  }
  const html = text('text/html')
  if (html !== undefined) return html
  const markdown = text('text/markdown')
  if (markdown !== undefined) return `<div class="prose">${markdownHtml(markdown)}</div>`
  const image = pictureHtml(data)
  if (image) return image
  const latex = text('text/latex')
  if (latex !== undefined) return `<span class="formula block">${escapeHtml(latex.replace(/^\$+|\$+$/g, ''))}</span>`
  const plain = text('text/plain')
  if (plain !== undefined) return `<pre>${ansiHtml(plain)}</pre>`
  const json = data['application/json']
  return json === undefined
    ? `<pre>[${escapeHtml(Object.keys(data).join(', '))}]</pre>`
    : `<pre>${escapeHtml(JSON.stringify(json, null, 2))}</pre>`
}

/** A figure's static picture. Its scripts are left out: this page brings its own. */
function still(data: Record<string, unknown>): string {
  const html = data['text/html']
  const fixed = typeof html === 'string' ? html.replace(/<script\b[\s\S]*?<\/script\s*>/gi, '') : ''
  if (/<(svg|img)\b/i.test(fixed)) return fixed
  return pictureHtml(data) ?? `<pre>${escapeHtml(String(data['text/plain'] ?? 'figure'))}</pre>`
}

function pictureHtml(data: Record<string, unknown>): string | undefined {
  const alt = escapeHtml(String(data['text/plain'] ?? '').slice(0, 300))
  const svg = data['image/svg+xml']
  // Inside an img, so that ids in one picture cannot meet those of another.
  if (typeof svg === 'string')
    return `<img alt="${alt}" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`
  for (const type of ['image/png', 'image/jpeg', 'image/gif', 'image/webp']) {
    const bytes = data[type]
    if (typeof bytes === 'string') return `<img alt="${alt}" src="data:${type};base64,${bytes.replace(/\s/g, '')}">`
  }
  return undefined
}

function figureScripts(figures: unknown[], library: string): string {
  return `<script type="application/json" id="figures">${inertJson(figures)}</script>
${library}
<script>
const figures = JSON.parse(document.querySelector('script#figures').textContent)
for (const box of document.querySelectorAll('[data-figure]')) {
  const figure = figures[Number(box.dataset.figure)]
  const place = document.createElement('div')
  place.className = 'alive'
  box.append(place)
  Plotly.newPlot(place, figure.data ?? [], figure.layout ?? {}, { responsive: true, displaylogo: false, ...figure.config })
    .then(() => box.querySelector('.still').remove(), () => place.remove())
}
</script>
`
}

/** JSON that cannot end the script element that holds it. */
function inertJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029')
}

function plotlyScript(): string {
  return inertScript(readFileSync(createRequire(import.meta.url).resolve('plotly.js-dist/plotly.js'), 'utf8'))
}

/** JavaScript that cannot end its script element: `</script` and `<!--` occur in it only inside strings. */
function inertScript(code: string): string {
  return code.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--')
}

function firstHeading(notebook: Notebook): string | undefined {
  for (const cell of notebook.cells) {
    const heading = cell.cell_type === 'markdown' ? /^#\s+(.+)$/m.exec(cell.source)?.[1] : undefined
    if (heading) return heading.replace(/[*_`]/g, '')
  }
  return undefined
}
