// Where an SVG element stands and how much room it takes, which jsdom does not know: a text by its
// glyphs, a group by what is in it, moved and turned by the transforms on the way.
import { textHeight, textWidth } from './font.js'

export interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

/** x' = a x + c y + e, y' = b x + d y + f, as in the transform attribute. */
type Matrix = [a: number, b: number, c: number, d: number, e: number, f: number]

/** The box in the element's own coordinates. */
export function boxOf(element: Element): Box {
  const name = element.tagName.toLowerCase()
  if (name === 'text') return textBox(element)
  if (name === 'rect' || name === 'image') {
    const [x, y] = [number(element, 'x'), number(element, 'y')]
    return { left: x, top: y, right: x + number(element, 'width'), bottom: y + number(element, 'height') }
  }
  const boxes = [...element.children]
    .filter((child) => /^(g|text|rect)$/i.test(child.tagName))
    .map((child) => moved(boxOf(child), matrixOf(child)))
    // What takes no room must not stretch the box to where it happens to stand.
    .filter((box) => box.right > box.left || box.bottom > box.top)
  if (boxes.length === 0) return { left: 0, right: 0, top: 0, bottom: 0 }
  return around(boxes.flatMap(({ left, right, top, bottom }) => [[left, top] as const, [right, bottom] as const]))
}

/** The box on the page: moved by the element's own transform and those of all groups around it. */
export function boxOnPage(element: Element): Box {
  let box = boxOf(element)
  for (let at: Element | null = element; at; at = at.parentElement) box = moved(box, matrixOf(at))
  return box
}

/** plotly breaks a text into tspans of class 'line', each `dy` em below the one before. */
function textBox(text: Element): Box {
  const size = fontSize(text)
  const lines = [...text.querySelectorAll('tspan.line')]
  const first = lines[0] ?? text
  const x = number(first, 'x') || number(text, 'x')
  const y = number(first, 'y') || number(text, 'y')
  if (!text.textContent) return { left: x, right: x, top: y, bottom: y }
  const width = Math.max(...(lines.length > 0 ? lines : [text]).map(lineWidth))
  const anchor = style(text, 'text-anchor')
  const left = x - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0)
  const below = lines.map((line) => number(line, 'dy') * size)
  const start = number(text, 'dy') * size + (below[0] ?? 0)
  const { ascent, descent } = textHeight(size)
  return { left, right: left + width, top: y + start - ascent, bottom: y + start + Math.max(0, ...below) + descent }
}

/** The length of a text or tspan, with its parts in their own sizes and weights. */
export function lineWidth(element: Element): number {
  let sum = 0
  for (const child of element.childNodes) {
    if (child.nodeType === 1) sum += lineWidth(child as Element)
    else sum += textWidth(child.textContent ?? '', fontSize(element), isBold(element))
  }
  return sum
}

function fontSize(element: Element): number {
  const own = style(element, 'font-size')
  const above = () => (element.parentElement ? fontSize(element.parentElement) : 12)
  if (own === undefined) return above()
  return own.endsWith('%') ? (Number.parseFloat(own) / 100) * above() : Number.parseFloat(own)
}

function isBold(element: Element): boolean {
  const weight = style(element, 'font-weight')
  if (weight !== undefined) return weight === 'bold' || Number(weight) >= 600
  const above = element.parentElement
  return above !== null && /^(tspan|text)$/i.test(above.tagName) && isBold(above)
}

function style(element: Element, name: string): string | undefined {
  const inline = new RegExp(`(?:^|;)\\s*${name}:\\s*([^;]+)`).exec(element.getAttribute('style') ?? '')
  return inline?.[1]?.trim() ?? element.getAttribute(name) ?? undefined
}

function number(element: Element, name: string): number {
  return Number.parseFloat(element.getAttribute(name) ?? '') || 0
}

function matrixOf(element: Element): Matrix {
  let matrix: Matrix = [1, 0, 0, 1, 0, 0]
  for (const [, kind, list] of (element.getAttribute('transform') ?? '').matchAll(
    /(translate|rotate|scale)\(([^)]*)\)/g,
  )) {
    const [a = 0, b, c] = list!
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number)
    if (kind === 'translate') matrix = times(matrix, [1, 0, 0, 1, a, b ?? 0])
    else if (kind === 'scale') matrix = times(matrix, [a, 0, 0, b ?? a, 0, 0])
    else {
      const [cos, sin] = [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)]
      const [x, y] = [b ?? 0, c ?? 0]
      matrix = times(matrix, [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y])
    }
  }
  return matrix
}

function times([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f]
}

function moved({ left, right, top, bottom }: Box, [a, b, c, d, e, f]: Matrix): Box {
  const corners = [left, right].flatMap((x) =>
    [top, bottom].map((y) => [a * x + c * y + e, b * x + d * y + f] as const),
  )
  return around(corners)
}

function around(points: (readonly [number, number])[]): Box {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) }
}
