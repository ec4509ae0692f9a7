// `npm run docs`: pages of the API out of the docstrings, and the committed notebooks as they were executed, in docs/,
// which opens from the disk without a network.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const docs = path.join(root, 'docs')
rmSync(docs, { recursive: true, force: true })
mkdirSync(path.join(docs, 'notebooks'), { recursive: true })

const typedoc = path.join(root, 'node_modules/typedoc/bin/typedoc')
const api = spawnSync(process.execPath, [typedoc, '--treatWarningsAsErrors'], { cwd: root, stdio: 'inherit' })
if (api.status !== 0) process.exit(api.status ?? 1)

const built = (file) => import(pathToFileURL(path.join(root, 'dist/kernel/notebook', file)).href)
const { htmlPage } = await built('html.js')
const { readNotebook } = await built('document.js')
const folder = path.join(root, 'notebooks')
const names = readdirSync(folder).filter((name) => name.endsWith('.ipynb'))
const lines = []
for (const name of names.sort()) {
  const notebook = readNotebook(path.join(folder, name))
  const page = await htmlPage(notebook, { title: name, folder, library: 'plotly.js' })
  const file = name.replace(/\.ipynb$/, '.html')
  // The lessons name each other as notebooks; here they are pages.
  writeFileSync(path.join(docs, 'notebooks', file), page.replace(/(href="[\w-]+)\.ipynb"/g, '$1.html"'))
  lines.push(`<li><a href="notebooks/${file}">${/<title>(.*?)<\/title>/.exec(page)[1]}</a></li>`)
}

cpSync(createRequire(import.meta.url).resolve('plotly.js-dist'), path.join(docs, 'notebooks/plotly.js'))

// An index in the style of the notebooks' pages.
const index = await htmlPage({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 }, { title: 'skylab' })
const { version, description } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const body = `<h1>skylab ${version}</h1>
<p>${description}</p>
<h2>Notebooks, as they were executed</h2>
<ul>
${lines.join('\n')}
</ul>
<h2>The library</h2>
<p><a href="api/index.html">Everything that a cell may import</a>: functions, classes, types. In a cell, <code>name?</code> shows the same.</p>`
writeFileSync(
  path.join(docs, 'index.html'),
  index.replace(/<main>[\s\S]*<\/main>/, `<main>\n<section class="prose">${body}</section>\n</main>`),
)
console.log(`docs/index.html: ${names.length} notebooks, and the API`)
