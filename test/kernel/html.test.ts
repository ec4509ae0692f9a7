import { describe, expect, it } from 'vitest'
import { ansiHtml } from '../../kernel/notebook/ansi.js'
import type { CodeCell, Notebook } from '../../kernel/notebook/document.js'
import { highlight } from '../../kernel/notebook/highlight.js'
import { htmlPage } from '../../kernel/notebook/html.js'

const plotly = 'application/vnd.plotly.v1+json'

function codeCell(source: string): CodeCell {
  return {
    cell_type: 'code',
    id: source.slice(0, 8),
    source,
    metadata: {},
    execution_count: null,
    outputs: [],
  }
}

function notebook(...cells: CodeCell[]): Notebook {
  return { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }
}

describe('HTML', () => {
  const figure = (title: string) => ({
    output_type: 'display_data' as const,
    metadata: {},
    data: {
      [plotly]: { data: [{ x: [1], y: [2] }], layout: { title: { text: title } } },
      'text/html': `<div><svg viewBox="0 0 1 1"></svg><script>window.bad = 1</script></div>`,
      'text/plain': 'one point',
    },
  })

  it('holds plotly.js once, whatever the number of figures, and a picture of each outside scripts', async () => {
    const html = await htmlPage(notebook({ ...codeCell('1'), outputs: [figure('a'), figure('b')] }), { title: 't' })
    const outside = html.replace(/<script[\s\S]*?<\/script>/gi, '')
    expect(outside.match(/<svg/g)).toHaveLength(2)
    expect(html.match(/Plotly\.newPlot\(place/g)).toHaveLength(1)
    expect(html).not.toMatch(/<script[^>]+src=/)
    expect(html).not.toContain('window.bad')
    expect(html.length).toBeGreaterThan(3e6)
    expect(html.length).toBeLessThan(15e6)
  })

  it('holds no plotly.js without a figure', async () => {
    expect((await htmlPage(notebook(codeCell('1')), { title: 't' })).length).toBeLessThan(20_000)
  })

  it('cannot be broken out of by what a figure, an error or a stream says', async () => {
    const evil = '</script><img src=x onerror=alert(1)><!--<script>'
    const html = await htmlPage(
      notebook({
        ...codeCell(`'${evil}'`),
        outputs: [
          figure(evil),
          { output_type: 'stream', name: 'stdout', text: evil },
          { output_type: 'error', ename: 'E', evalue: evil, traceback: [`\x1b[31m${evil}\x1b[0m`] },
        ],
      }),
      { title: evil },
    )
    expect(html).not.toContain('<img src=x')
    const data = /<script type="application\/json" id="figures">([\s\S]*?)<\/script>/.exec(html)![1]!
    expect(JSON.parse(data)[0].layout.title.text).toBe(evil)
    // plotly.js itself ends no script element: exactly our three do.
    expect(html.match(/<\/script>/g)).toHaveLength(3)
  })

  it('shows terminal colours as spans, and a carriage return as overwriting', () => {
    expect(ansiHtml('\x1b[1;31mE\x1b[0m: <x>')).toBe('<span class="ansi-bold ansi-red">E</span>: &lt;x&gt;')
    expect(ansiHtml('10%\r20%\n')).toBe('20%\n')
    expect(ansiHtml('\x1b[38;2;1;2;3mx\x1b[39m\x1b[2Ky')).toBe('<span style="color:rgb(1,2,3)">x</span>y')
  })

  it('colours code without losing a character', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source that is coloured
    const source = "const x = `a ${1} c` + /[/]/.test('b') / 2 // end\nclass A { get of() { return x / 2 / 3 } }\n'open"
    const text = highlight(source)
      .replace(/<[^>]+>/g, '')
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&#39;/g, "'")
      .replace(/&quot;/g, '"')
      .replace(/&amp;/g, '&')
    expect(text).toBe(source)
    expect(highlight('const a = b / c / d')).not.toContain('t-string')
    expect(highlight('a = /b c/g')).toContain('<span class="t-string">/b c/g</span>')
  })
})
