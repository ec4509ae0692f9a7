// HTML inside of Markdown, which may be a model's text: what only gives form stays, nothing runs.

const TAGS = new Set(
  (
    'a abbr b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure ' +
    'font h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre q s samp small span strike strong sub summary sup table ' +
    'tbody td tfoot th thead tr tt u ul var wbr'
  ).split(' '),
)
const ATTRIBUTES = new Set(
  'align alt color colspan height href id name open rowspan start style title width'.split(' '),
)
const ATTRIBUTE = /([a-z][\w-]*)(?:\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'=<>`]+)))?/gi
const PIECES =
  /<!--[\s\S]*?-->|<(script|style)\b[^<>]*>[\s\S]*?<\/\1\s*>|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z][\w-]*(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'=<>`]+))?)*)\s*\/?>|[<>]/gi

/**
 * HTML without what could run, load or cover the page: known tags are written anew with known
 * attributes, comments, scripts and styles go, and all else is text.
 *
 * @param image Gives a picture its HTML.
 */
export function safeHtml(html: string, image: (href: string, text: string) => string): string {
  return html.replace(PIECES, (all, raw?: string, close?: string, tag?: string, attributes?: string) => {
    if (raw !== undefined || all.startsWith('<!--')) return ''
    const name = tag?.toLowerCase()
    const given = attributesOf(attributes ?? '')
    if (name === 'img') return close ? '' : image(given.get('src') ?? '', given.get('alt') ?? '')
    if (name === undefined || !TAGS.has(name)) return escapeText(all)
    if (close) return `</${name}>`
    const kept = [...given].filter(([key, value]) => ATTRIBUTES.has(key) && isSafe(key, value))
    return `<${name}${kept.map(([key, value]) => ` ${key}="${escapeText(value)}"`).join('')}>`
  })
}

/** Text made safe inside HTML; its entities stay what they are. */
export function escapeText(text: string): string {
  return text
    .replace(/&(?!(?:#\d{1,7}|#x[\da-f]{1,6}|\w+);)/gi, '&amp;')
    .replace(/[<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Whether a link leads to a place and does not run. */
export function isSafeLink(href: string): boolean {
  // A browser leaves out blanks and control characters, and reads entities, before it looks for the scheme.
  const bare = href.replace(/[\p{Cc}\s]/gu, '')
  return /^(?:https?:|mailto:|data:image\/(?:png|jpeg|gif|webp)[;,])/i.test(bare) || !/^[^/?#]*(?::|&)/.test(bare)
}

function attributesOf(text: string): Map<string, string> {
  const found = [...text.matchAll(ATTRIBUTE)]
  return new Map(found.map(([, name, double, single, bare]) => [name!.toLowerCase(), double ?? single ?? bare ?? '']))
}

function isSafe(name: string, value: string): boolean {
  if (name === 'href') return isSafeLink(value)
  if (name === 'style') return /^[\w\s:;.,#%()-]*$/.test(value) && !/url|expression|position|import/i.test(value)
  return true
}
