// The look of an exported page: one column, light and dark, quiet around the figures.

/** CSS of the page. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1d2126; --quiet: #68717c; --line: #e3e6ea; --panel: #f6f7f9; --link: #0b62c4;
  --keyword: #8a2d9c; --string: #1a7f4b; --comment: #77808b; --number: #b35300; --call: #1357b8;
  --ansi-black: #3b4048; --ansi-red: #c0272d; --ansi-green: #1a7f37; --ansi-yellow: #8f6200;
  --ansi-blue: #1560c0; --ansi-magenta: #9a32a8; --ansi-cyan: #0f7482; --ansi-white: #68717c;
  --bad: #c0272d; --bad-panel: #fdf3f3; --warn-panel: #fdf8ec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181c; --ink: #dfe2e7; --quiet: #8f98a3; --line: #2c3037; --panel: #1e2127; --link: #7ab4ff;
    --keyword: #d69be6; --string: #86cf9c; --comment: #7f8894; --number: #e8aa6a; --call: #86b7f5;
    --ansi-black: #8f98a3; --ansi-red: #ff8080; --ansi-green: #7fd194; --ansi-yellow: #e2c06b;
    --ansi-blue: #86b7f5; --ansi-magenta: #d69be6; --ansi-cyan: #74ccd8; --ansi-white: #dfe2e7;
    --bad: #ff8080; --bad-panel: #2a1c1e; --warn-panel: #27231a;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.8em 0 .5em; text-wrap: balance }
h1 { font-size: 2rem; margin-top: .2em } h2 { font-size: 1.45rem; border-bottom: 1px solid var(--line); padding-bottom: .25em } h3 { font-size: 1.15rem }
p, ul, ol, blockquote { max-width: 46rem; margin: .7em 0 }
a { color: var(--link) }
blockquote { border-left: 3px solid var(--line); margin-left: 0; padding-left: 1em; color: var(--quiet) }
pre, code { font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: .86em }
:not(pre) > code { background: var(--panel); padding: .1em .3em; border-radius: 3px }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.5 }
pre code { font-size: 1em }
img, svg { max-width: 100%; height: auto }
hr { border: 0; border-top: 1px solid var(--line); margin: 2em 0 }
.cell { margin: 1.2rem 0 }
.input { position: relative }
.code { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .7em .9em }
.count { position: absolute; right: 100%; margin-right: .7em; top: .8em; color: var(--quiet); font: .75em ui-monospace, monospace }
details .count { position: static }
summary { color: var(--quiet); cursor: pointer; font-size: .9em }
.output { margin: .6rem 0; padding: 0 .9em; overflow-x: auto }
.output.stderr { background: var(--warn-panel); border-radius: 6px; padding: .5em .9em }
.output.error { background: var(--bad-panel); border-left: 3px solid var(--bad); border-radius: 0 6px 6px 0; padding: .6em .9em }
.figure { min-height: 60px; overflow-x: auto }
.alive { width: 100% }
table { border-collapse: collapse; font-size: .9em; margin: .6em 0; font-variant-numeric: tabular-nums }
th, td { border-bottom: 1px solid var(--line); padding: .3em .8em; text-align: left; vertical-align: top }
th { font-weight: 600 }
.formula { font-family: 'Latin Modern Math', 'STIX Two Math', Cambria, Georgia, serif; font-style: italic }
.formula.block { display: block; text-align: center; margin: .8em 0 }
.t-keyword { color: var(--keyword) } .t-string { color: var(--string) } .t-comment { color: var(--comment); font-style: italic }
.t-number { color: var(--number) } .t-call { color: var(--call) }
.ansi-bold { font-weight: 600 } .ansi-dim { opacity: .7 } .ansi-italic { font-style: italic } .ansi-underline { text-decoration: underline }
${['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'].map((name) => `.ansi-${name} { color: var(--ansi-${name}) }`).join('\n')}
@media (max-width: 76rem) { .count { display: none } }
@media print { body { font-size: 11pt } main { max-width: none; padding: 0 } .cell, .figure { break-inside: avoid } .alive { display: none } }
`
