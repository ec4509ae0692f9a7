// One figure: plotly's data and layout, and the ways in which it leaves the notebook.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { inspect } from 'node:util'
import { DISPLAY, type MimeBundle } from '../host.js'
import { Stopped } from '../stopped.js'
import { compact } from './compact.js'
import { draw } from './draw.js'
import { covers, fontFile } from './font.js'
import { escapeHtml } from './html.js'
import { save } from './save.js'
import { type Layout, size, type Trace, template } from './theme.js'

export interface FigureContent {
  data: Trace[]
  layout?: Layout
  /** One line that says what is drawn: the text form of the figure, and what a screen reader says. */
  summary: string
}

/**
 * A figure that shows itself in a notebook, live where plotly.js is at hand and as a picture
 * everywhere else. `data` and `layout` are plotly's own and may be changed before it is shown.
 */
export class Figure {
  readonly data: Trace[]
  readonly layout: Layout
  readonly summary: string
  #drawn?: { of: string; svg: string }

  constructor({ data, layout = {}, summary }: FigureContent) {
    this.data = data
    this.layout = { width: size.width, height: size.height, ...layout, template: layout.template ?? template }
    this.summary = summary
  }

  /** The static picture as SVG text; no browser and no network is needed. */
  async toSVG(): Promise<string> {
    const of = JSON.stringify([this.data, this.layout])
    if (this.#drawn?.of !== of) {
      const raw = await draw(this.data, this.layout, Number(this.layout.width), Number(this.layout.height))
      this.#drawn = { of, svg: compact(raw, this.summary) }
    }
    return this.#drawn.svg
  }

  /** The static picture as PNG bytes. `scale` 2 suits print and dense screens; `background` null is transparent. */
  async png({ scale = 2, background = 'white' }: PNGOptions = {}): Promise<Buffer> {
    const svg = await this.toSVG()
    const { Resvg } = await import('@resvg/resvg-js')
    const image = new Resvg(svg, {
      fitTo: { mode: 'zoom', value: scale },
      ...(background === null ? {} : { background }),
      // The font comes with the package, so a picture is the same on every machine; only a label in
      // letters that it lacks needs the machine's own fonts.
      font: {
        fontFiles: [fontFile],
        loadSystemFonts: !covers(svg),
        defaultFontFamily: 'DejaVu Sans',
        sansSerifFamily: 'DejaVu Sans',
      },
    })
    return image.render().asPng()
  }

  /** Writes the picture as a PNG file. */
  async toPNG(file: string, options: PNGOptions = {}): Promise<void> {
    save(file, await this.png(options))
  }

  /** Writes a page that needs no network: plotly.js (about 10 MB) is inside. */
  async toHTML(file: string): Promise<void> {
    save(file, page(this, await this.toSVG()))
  }

  /** Writes the figure in the form that the ending of the name asks for: .html, .png or .svg. */
  async save(file: string): Promise<void> {
    const ending = path.extname(file).toLowerCase()
    if (ending === '.html') await this.toHTML(file)
    else if (ending === '.png') await this.toPNG(file)
    else if (ending === '.svg') save(file, await this.toSVG())
    else
      throw new Stopped(
        'bad-call',
        `A figure cannot be saved as ${JSON.stringify(file)}.`,
        "figure.save('figure.html'), '.png' or '.svg'",
      )
  }

  /** Every form of the figure at once: live, a picture inside HTML, a picture, a line of text. */
  async [DISPLAY](): Promise<MimeBundle> {
    const svg = await this.toSVG()
    return {
      'application/vnd.plotly.v1+json': { data: this.data, layout: this.layout, config },
      'text/html': this.#html(svg),
      'image/svg+xml': svg,
      'text/plain': this.summary,
    }
  }

  /**
   * The picture is an image with its data inside and not inline SVG: JupyterLab strips `<svg>` out of
   * a notebook that is not trusted yet, which is every notebook just cloned, and keeps images.
   */
  #html(svg: string): string {
    const data = Buffer.from(svg).toString('base64')
    const { width, height } = this.layout
    return `<div class="skylab-figure"><img style="max-width:100%;height:auto" alt="${escapeHtml(this.summary)}" width="${width}" height="${height}" src="data:image/svg+xml;base64,${data}"></div>`
  }

  [inspect.custom](): string {
    return this.summary
  }

  toString(): string {
    return this.summary
  }
}

export interface PNGOptions {
  /** Pixels of the image for one of the layout. @default 2 */
  scale?: number
  /** A CSS colour, or null for a transparent image. @default 'white' */
  background?: string | null
}

const config = { displaylogo: false, responsive: false }

function page(figure: Figure, svg: string): string {
  const plotly = readFileSync(createRequire(import.meta.url).resolve('plotly.js-dist/plotly.js'), 'utf8')
  const json = JSON.stringify({ data: figure.data, layout: figure.layout, config }).replaceAll('<', '\\u003c')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(figure.summary)}</title>
<style>:root{color-scheme:light dark}body{margin:2em}</style></head>
<body><div id="figure" class="skylab-figure">${svg}</div>
<script>${plotly.replaceAll('</script', '<\\/script')}</script>
<script>
const figure = ${json}
const place = document.getElementById('figure')
place.replaceChildren()
Plotly.newPlot(place, figure.data, figure.layout, figure.config)
</script></body></html>
`
}
