// A plotly figure as an SVG text, without a browser: plotly.js inside jsdom, loaded on first use.
//
// jsdom lays nothing out, so the three questions that plotly asks a browser about text (its box, its
// length, where it stands) are answered here from real glyph widths. Takes about a second to load
// and 70 ms a figure; figures are drawn one after the other.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Stopped } from '../stopped.js'
import { type Box, boxOf, boxOnPage, lineWidth } from './boxes.js'
import { giveCanvas } from './canvas.js'

interface Plotly {
  newPlot(node: unknown, data: unknown[], layout: object, config: object): Promise<unknown>
  toImage(node: unknown, options: object): Promise<string>
  purge(node: unknown): void
}

interface Painter {
  plotly: Plotly
  window: Window
}

let painter: Painter | undefined
let queue: Promise<unknown> = Promise.resolve()

/** The raw SVG of a figure, as plotly writes it. Width and height in pixels. */
export function draw(data: unknown[], layout: object, width: number, height: number): Promise<string> {
  const drawn = queue.then(() => drawNow(data, layout, width, height))
  queue = drawn.catch(() => undefined)
  return drawn
}

async function drawNow(data: unknown[], layout: object, width: number, height: number): Promise<string> {
  const { plotly, window } = (painter ??= load())
  const node = window.document.createElement('div')
  window.document.body.append(node)
  try {
    // plotly writes into what it is given: it gets a copy.
    const own = JSON.parse(JSON.stringify({ data, layout })) as { data: unknown[]; layout: object }
    await plotly.newPlot(node, own.data, { ...own.layout, width, height, autosize: false }, { staticPlot: true })
    // With imageDataOnly, the text is SVG as it stands, not URI-encoded.
    return await plotly.toImage(node, { format: 'svg', width, height, imageDataOnly: true })
  } finally {
    plotly.purge(node)
    node.remove()
  }
}

function load(): Painter {
  const require = createRequire(import.meta.url)
  let source: string
  let jsdom: typeof import('jsdom')
  try {
    jsdom = require('jsdom') as typeof import('jsdom')
    source = readFileSync(require.resolve('plotly.js-dist/plotly.js'), 'utf8')
  } catch (cause) {
    throw new Stopped(
      'no-tool',
      `The static picture of a figure needs jsdom and plotly.js-dist: ${(cause as Error).message.split('\n')[0]}`,
      'npm install skylab',
      cause,
    )
  }
  const { window } = new jsdom.JSDOM('<!doctype html><body></body>', {
    pretendToBeVisual: true,
    runScripts: 'outside-only',
    // Messages about canvas, which is not there, are not the reader's business.
    virtualConsole: new jsdom.VirtualConsole(),
  })
  answerAboutText(window as unknown as Window & typeof globalThis)
  window.eval(source)
  return { plotly: (window as unknown as { Plotly: Plotly }).Plotly, window: window as unknown as Window }
}

function answerAboutText(window: Window & typeof globalThis): void {
  Object.assign(window, { TextDecoder, TextEncoder })
  window.URL.createObjectURL = () => 'blob:none'
  giveCanvas(window)
  const identity = () => ({ a: 1, b: 0, c: 0, d: 1, e: 0, f: 0, inverse: identity })
  Object.assign(window.SVGElement.prototype, {
    getBBox(this: SVGElement) {
      return rectangle(boxOf(this))
    },
    getBoundingClientRect(this: SVGElement) {
      return rectangle(boxOnPage(this))
    },
    getComputedTextLength(this: SVGElement) {
      return lineWidth(this)
    },
    getScreenCTM: identity,
  })
}

function rectangle({ left, right, top, bottom }: Box): DOMRect {
  const [width, height] = [right - left, bottom - top]
  const box = { x: left, y: top, left, right, top, bottom, width, height }
  return { ...box, toJSON: () => box }
}
