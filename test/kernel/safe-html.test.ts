// Markdown that a model may have written: its form stays, and nothing of it runs in the page.
import { describe, expect, it } from 'vitest'
import { markdownHtml } from '../../kernel/notebook/markdown.js'

describe('HTML in Markdown', () => {
  it.each([
    ['a <b>bold</b> word<br/>', '<p>a <b>bold</b> word<br></p>'],
    ['<div align="center">\n\ntext\n\n</div>', '<div align="center">'],
    ['<span style="color: #a00; width: 10%">red</span>', 'style="color: #a00; width: 10%"'],
    ['<a href="https://example.org/?a=1&amp;b=2">there</a>', 'href="https://example.org/?a=1&amp;b=2"'],
    ['[there](notes/a.md#part "title")', '<a href="notes/a.md#part" title="title">there</a>'],
    ['a &lt; b &amp; c < d', 'a &lt; b &amp; c &#60; d'],
    ['<details><summary>More</summary>\n\n`code`\n\n</details>', '<details><summary>More</summary>'],
    ['<img src="https://example.org/a.png" alt="far">', '<a href="https://example.org/a.png">far</a>'],
  ])('keeps %j', (source, kept) => {
    expect(markdownHtml(source)).toContain(kept)
  })

  it.each([
    '<script>alert(1)</script>',
    'a <script>alert(1)</script>',
    '<SCRIPT src=x></SCRIPT >\n\ntext',
    '<img src=x onerror=alert(1)>',
    '<img/src=x onerror=alert(1)>',
    '<code><img/src=x onerror=alert(1)></code>',
    '<pre><svg/onload=alert(1)></pre>',
    '<svg onload=alert(1)>',
    '<div onclick="alert(1)" style="position:fixed;top:0">x</div>',
    '<div style="background:url(https://example.org)">x</div>',
    '<iframe src="https://example.org"></iframe>',
    '<style>body { display: none }</style>',
    '<base href="https://example.org">',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java&#115;cript:alert(1))',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href=javascript:alert(1)>x</a>',
    '![x](javascript:alert(1))',
    '![x" onerror="alert(1)](data:image/png;base64,AAAA)',
    '<a title="x" title=\'"><img src=x onerror=alert(1)>\'>x</a>',
    '<div title="a>b" <img src=x onerror=alert(1)>',
    '<!-- <script>alert(1)</script> --!><img src=x onerror=alert(1)>',
    'x <!--> <img src=x onerror=alert(1)> -->',
    '[x](vbscript:x)',
    '<form action="https://example.org"><input type=submit></form>',
  ])('lets nothing run of %j', (source) => {
    const html = markdownHtml(source)
    for (const [tag] of html.matchAll(/<[^>]*>?/g)) {
      expect(tag).toMatch(/^<\/?(?:p|a|b|code|pre|div|img)(?: (?:title|href|src|alt|class|style)="[^"<>]*")*>$/)
      expect(tag).not.toMatch(/script:|&#106|&#115|position|url\(/i)
    }
  })
})
