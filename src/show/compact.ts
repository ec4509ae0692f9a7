// plotly's SVG made small enough to commit: no empty groups, no classes, no default styles, one
// decimal, and names that depend on the picture alone, so that the same figure gives the same bytes.
import { createHash } from 'node:crypto'
import { escapeHtml } from './html.js'

interface Element {
  name: string
  attributes: Map<string, string>
  children: (Element | string)[]
}

/** A small SVG of the same picture. `label` is what a screen reader says. */
export function compact(svg: string, label: string): string {
  const root = tidy(parse(svg))
  dropUnusedDefinitions(root)
  root.attributes.set('font-family', 'sans-serif')
  root.attributes.set('role', 'img')
  root.children.unshift({ name: 'title', attributes: new Map(), children: [escapeHtml(label)] })
  return rename(write(root))
}

function parse(svg: string): Element {
  const top: Element = { name: '', attributes: new Map(), children: [] }
  const open = [top]
  const tag = /<(\/?)([\w:]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>|([^<]+)/g
  for (const [, close, name, rest, closed, text] of svg.matchAll(tag)) {
    const parent = open[open.length - 1]!
    if (text !== undefined) parent.children.push(text)
    else if (close) open.pop()
    else {
      const attributes = new Map<string, string>()
      for (const [, key, value] of (rest ?? '').matchAll(/([\w:-]+)="([^"]*)"/g)) attributes.set(key!, value!)
      const element = { name: name!, attributes, children: [] }
      parent.children.push(element)
      if (!closed) open.push(element)
    }
  }
  return top.children[0] as Element
}

const kept = new Set(
  `id d transform x y x1 x2 y1 y2 cx cy r width height points dy clip-path fill stroke stroke-width stroke-dasharray
  href preserveAspectRatio image-rendering opacity fill-opacity stroke-opacity font-size font-weight font-style text-anchor xmlns viewBox`.split(
    /\s+/,
  ),
)
const defaults: Record<string, string> = {
  opacity: '1',
  'fill-opacity': '1',
  'stroke-opacity': '1',
  'font-weight': 'normal',
  'font-style': 'normal',
  'text-anchor': 'start',
}
const measures = new Set('d transform x y x1 x2 y1 y2 cx cy r width height points stroke-width font-size'.split(' '))

function tidy(element: Element): Element {
  element.attributes = attributesOf(element)
  element.children = element.children
    .map((child) => (typeof child === 'string' ? child : tidy(child)))
    .filter((child) => typeof child === 'string' || seen(child, element.name === 'clipPath'))
    .flatMap((child) => {
      const wrapper = typeof child !== 'string' && child.name === 'g' && child.attributes.size === 0
      return wrapper ? child.children : [child]
    })
  return element
}

/** Attributes and inline style as attributes, without what is the default or nobody sees. */
function attributesOf({ name, attributes }: Element): Map<string, string> {
  const all = new Map(attributes)
  for (const part of (attributes.get('style') ?? '').split(';')) {
    const colon = part.indexOf(':')
    if (colon > 0) all.set(part.slice(0, colon).trim(), part.slice(colon + 1).trim())
  }
  const few = new Map<string, string>()
  for (const [written, raw] of all) {
    const key = written.replace(/^xlink:/, '')
    if (!kept.has(key) || (key === 'id' && name !== 'clipPath')) continue
    let value = raw.replaceAll('&quot;', '').replace(/^(\d+(?:\.\d+)?)px$/, '$1')
    value = value.replace(/^rgb\((\d+), (\d+), (\d+)\)$/, (_, ...rgb) => hex(rgb.slice(0, 3)))
    if (measures.has(key)) value = value.replace(/-?\d*\.\d+(e-?\d+)?/g, (n) => String(Math.round(Number(n) * 10) / 10))
    if (value !== '' && defaults[key] !== value) few.set(key, value)
  }
  if (few.get('stroke-width') === '0' || few.get('stroke-opacity') === '0') {
    for (const key of ['stroke', 'stroke-width', 'stroke-opacity']) few.delete(key)
  }
  if (few.get('fill-opacity') === '0') few.set('fill', 'none').delete('fill-opacity')
  if (name === 'text' && few.get('x') === '0' && few.get('y') === '0') few.delete('x') && few.delete('y')
  if (/^translate\(0(,\s*0)?\)$/.test(few.get('transform') ?? '')) few.delete('transform')
  return few
}

function seen({ name, attributes, children }: Element, clips: boolean): boolean {
  if (name === 'g' || name === 'defs' || name === 'text' || name === 'clipPath') return children.length > 0
  if (name === 'path' && !/\d/.test(attributes.get('d') ?? '')) return false
  if (clips) return true
  if (attributes.get('opacity') === '0') return false
  return !(/^(path|rect|circle)$/.test(name) && attributes.get('fill') === 'none' && !attributes.has('stroke'))
}

function dropUnusedDefinitions(root: Element): void {
  const text = write(root)
  const used = (child: Element | string): boolean => {
    if (typeof child === 'string') return true
    child.children = child.children.filter(used)
    if (child.name === 'defs') return child.children.length > 0
    return child.name !== 'clipPath' || text.includes(`#${child.attributes.get('id')})`)
  }
  root.children = root.children.filter(used)
}

/** plotly's ids hold a random number: these hold a digest of the picture, so two in one page do not clash. */
function rename(svg: string): string {
  const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map((found) => found[1]!)
  const plain = ids.reduce(
    (text, id, i) => text.replaceAll(`id="${id}"`, `id="#${i}"`).replaceAll(`url(#${id})`, `url(##${i})`),
    svg,
  )
  const digest = createHash('sha256').update(plain).digest('hex').slice(0, 6)
  return plain.replace(/id="#(\d+)"/g, `id="c${digest}$1"`).replace(/url\(##(\d+)\)/g, `url(#c${digest}$1)`)
}

function write(element: Element | string): string {
  if (typeof element === 'string') return element
  const attributes = [...element.attributes].map(([key, value]) => ` ${key}="${value}"`).join('')
  const inside = element.children.map(write).join('')
  return inside ? `<${element.name}${attributes}>${inside}</${element.name}>` : `<${element.name}${attributes}/>`
}

function hex(rgb: string[]): string {
  return `#${rgb.map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`
}
