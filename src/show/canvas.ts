// As much of a canvas as plotly needs for a heat map: coloured rectangles, pixels, and the whole as a PNG.
//
// jsdom has no canvas of its own, and the packages that give it one are compiled.
import { crc32, deflateSync } from 'node:zlib'

interface Pixels {
  width: number
  height: number
  /** Red, green, blue and opacity of each pixel, row by row. */
  data: Uint8ClampedArray
}

export class CanvasContext {
  fillStyle = 'rgba(0,0,0,1)'
  readonly #pixels: Pixels

  constructor(width: number, height: number) {
    this.#pixels = blank(width, height)
  }

  /** Fills whole pixels; opaque or not, the colour replaces what was there. */
  fillRect(x: number, y: number, width: number, height: number): void {
    const { width: across, height: down, data } = this.#pixels
    const [r = 0, g = 0, b = 0, alpha = 1] = (this.fillStyle.match(/[\d.]+(?:e-?\d+)?/g) ?? []).map(Number)
    const [left, right] = [Math.max(0, Math.round(x)), Math.min(across, Math.round(x + width))]
    const [top, bottom] = [Math.max(0, Math.round(y)), Math.min(down, Math.round(y + height))]
    for (let row = top; row < bottom; row++)
      for (let column = left; column < right; column++) data.set([r, g, b, alpha * 255], (row * across + column) * 4)
  }

  createImageData(width: number, height: number): Pixels {
    return blank(width, height)
  }

  putImageData(image: Pixels, x: number, y: number): void {
    const { width, height, data } = this.#pixels
    for (let row = 0; row < image.height && row + y < height; row++) {
      const line = image.data.subarray(row * image.width * 4, (row + 1) * image.width * 4)
      data.set(line.subarray(0, (width - x) * 4), ((row + y) * width + x) * 4)
    }
  }

  toDataURL(): string {
    return `data:image/png;base64,${png(this.#pixels).toString('base64')}`
  }
}

/** Gives the canvases of a jsdom window a 2d context; other contexts (WebGL) stay missing. */
export function giveCanvas(window: Window & typeof globalThis): void {
  const contexts = new WeakMap<object, CanvasContext>()
  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext(this: HTMLCanvasElement, kind: string): CanvasContext | null {
      if (kind !== '2d') return null
      const context = contexts.get(this) ?? new CanvasContext(this.width, this.height)
      contexts.set(this, context)
      return context
    },
    toDataURL(this: HTMLCanvasElement): string {
      return (contexts.get(this) ?? new CanvasContext(this.width, this.height)).toDataURL()
    },
  })
}

function blank(width: number, height: number): Pixels {
  return { width, height, data: new Uint8ClampedArray(width * height * 4) }
}

/** A PNG of eight bits a channel, every row unfiltered (https://www.w3.org/TR/png-3/). */
function png({ width, height, data }: Pixels): Buffer {
  const rows = Buffer.alloc(height * (width * 4 + 1))
  for (let row = 0; row < height; row++)
    rows.set(data.subarray(row * width * 4, (row + 1) * width * 4), row * (width * 4 + 1) + 1)
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 6, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(kind: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), body])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(body.length)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}
