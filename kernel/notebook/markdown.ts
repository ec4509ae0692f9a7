// Markdown cells as HTML, with their pictures inside and formulas left as they were typed.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Marked } from 'marked'
import { escapeHtml } from './ansi.js'
import type { MimeData } from './document.js'
import { highlight } from './highlight.js'
import { escapeText, isSafeLink, safeHtml } from './safe-html.js'

export interface MarkdownOptions {
  /** Folder that relative picture paths start from. */
  folder?: string
  /** Pictures kept in the cell, named `attachment:NAME`. */
  attachments?: Record<string, MimeData>
}

const pictureTypes: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
}

/**
 * Markdown (GitHub's flavour) as HTML. Nothing in it runs, and nothing is loaded from elsewhere: remote pictures
 * become links.
 */
export function markdownHtml(source: string, options: MarkdownOptions = {}): string {
  const formulas: string[] = []
  const image = (href: string, text: string, title?: string | null): string => {
    const inside = picture(href, options)
    if (inside) return `<img src="${inside}" alt="${escapeText(text)}"${title ? ` title="${escapeText(title)}"` : ''}>`
    return isSafeLink(href) ? `<a href="${escapeText(href)}">${escapeText(text || href)}</a>` : escapeText(text)
  }
  const marked = new Marked({
    gfm: true,
    renderer: {
      code({ text, lang }) {
        const typescript = /^(ts|tsx|js|jsx|typescript|javascript)\b/.test(lang ?? '')
        return `<pre class="code"><code>${typescript ? highlight(text) : escapeHtml(text)}</code></pre>\n`
      },
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${escapeHtml(anchor(text))}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      image: ({ href, text, title }) => image(href, text, title),
      link({ href, title, tokens }) {
        const text = this.parser.parseInline(tokens)
        if (!isSafeLink(href)) return text
        return `<a href="${escapeText(href)}"${title ? ` title="${escapeText(title)}"` : ''}>${text}</a>`
      },
      html: ({ text }) => safeHtml(text, image),
      text(token) {
        return 'tokens' in token && token.tokens ? this.parser.parseInline(token.tokens) : escapeText(token.text)
      },
    },
  })
  // Formulas hold characters that Markdown would take for its own; they step aside for it.
  const safe = source.replace(
    /(```[\s\S]*?```|`[^`\n]*`)|(\$\$[\s\S]+?\$\$|\$(?! )(?:\\.|[^$\n\\])+(?<! )\$(?!\d))/g,
    (all, code) => {
      if (code) return all
      formulas.push(all)
      return `\ue000${formulas.length - 1}\ue001`
    },
  )
  const html = marked.parse(safe, { async: false })
  return html.replace(/\ue000(\d+)\ue001/g, (_, n) => formula(formulas[Number(n)]!))
}

function formula(text: string): string {
  const block = text.startsWith('$$')
  const inner = escapeHtml(text.replace(/^\$\$?|\$\$?$/g, '').trim())
  return block ? `<span class="formula block">${inner}</span>` : `<span class="formula">${inner}</span>`
}

function anchor(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replace(/\s+/g, '-')
}

/** The picture as a data URI, or undefined where it lies elsewhere or is missing. */
function picture(href: string, options: MarkdownOptions): string | undefined {
  if (href.startsWith('data:image/')) return escapeHtml(href)
  if (href.startsWith('attachment:')) {
    const [type, data] = Object.entries(options.attachments?.[decodeURIComponent(href.slice(11))] ?? {})[0] ?? []
    return type && data ? `data:${type};base64,${Array.isArray(data) ? data.join('') : data}` : undefined
  }
  const type = pictureTypes[path.extname(href).toLowerCase()]
  if (!type || !options.folder || /^[a-z][a-z+.-]*:|^\/\//i.test(href)) return undefined
  const file = path.resolve(options.folder, decodeURIComponent(href))
  return existsSync(file) ? `data:${type};base64,${readFileSync(file).toString('base64')}` : undefined
}
