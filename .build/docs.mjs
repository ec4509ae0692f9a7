// `npm run docs`: pages of the API out of the docstrings, the committed notebooks as they were executed, and the texts of
// the project, in docs/, which opens from the disk without a network.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
linkBack(path.join(docs, 'api'))

const built = (file) => import(pathToFileURL(path.join(root, 'dist/kernel/notebook', file)).href)
const { htmlPage } = await built('html.js')
const { readNotebook } = await built('document.js')

/** The project's texts, by the names under which they link to each other, and their pages. */
const texts = {
  'README.md': 'readme.html',
  'README.zh.md': 'readme.zh.html',
  'CONTRIBUTING.md': 'contributing.html',
  'CHANGELOG.md': 'changelog.html',
  'test/src/grade/peers-wrong.md': 'peers-wrong.html',
}

const notebooks = await notebookPages()
await textPages()
writeFileSync(path.join(docs, 'index.html'), await indexPage())
console.log(`docs/index.html: ${notebooks.length} notebooks, ${Object.keys(texts).length} texts, and the API`)

/** typedoc writes a link of its toolbar into every page as it stands; here it becomes one from that page. */
function linkBack(folder) {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.html')) continue
    const up = '../'.repeat(file.split(path.sep).length)
    const whole = path.join(folder, file)
    writeFileSync(whole, readFileSync(whole, 'utf8').replaceAll('href="/front"', `href="${up}index.html"`))
  }
}

async function notebookPages() {
  const folder = path.join(root, 'notebooks')
  const names = readdirSync(folder).filter((name) => name.endsWith('.ipynb'))
  const pages = []
  for (const name of names.sort()) {
    const page = await htmlPage(readNotebook(path.join(folder, name)), { title: name, folder, library: 'plotly.js' })
    const file = name.replace(/\.ipynb$/, '.html')
    // The lessons name each other as notebooks; here they are pages.
    const linked = page.replace(/(href="[\w-]+)\.ipynb"/g, '$1.html"')
    pages.push({ file, title: /<title>(.*?)<\/title>/.exec(page)[1], page: linked })
  }
  cpSync(createRequire(import.meta.url).resolve('plotly.js-dist'), path.join(docs, 'notebooks/plotly.js'))
  for (const [place, { file, page }] of pages.entries()) {
    const beside = [pages[place - 1], pages[place + 1]].map((other) => other && link(other.file, other.title))
    const ways = [link('../index.html', 'skylab'), beside[0] && `← ${beside[0]}`, beside[1] && `${beside[1]} →`]
    writeFileSync(path.join(docs, 'notebooks', file), withWays(page, ways))
  }
  return pages
}

async function textPages() {
  for (const [name, file] of Object.entries(texts)) {
    const cell = {
      cell_type: 'markdown',
      id: 'text',
      metadata: {},
      source: readFileSync(path.join(root, name), 'utf8'),
    }
    const notebook = { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }
    const page = await htmlPage(notebook, { title: name, folder: root })
    const linked = page
      .replace(/href="([\w./-]+\.md)"/g, (whole, to) => (texts[to] ? `href="${texts[to]}"` : whole))
      .replace(/(href="notebooks\/[\w-]+)\.ipynb"/g, '$1.html"')
    writeFileSync(path.join(docs, file), withWays(linked, [link('index.html', 'skylab')]))
  }
}

/** The stages in the order in which a row passes them, by the folder or file from which src/index.ts has their names. */
function stages() {
  return {
    Problems: ['problems'],
    'Models and answers': ['sample'],
    'Thought and solution': ['reformat'],
    'Right or wrong': ['verify'],
    Repetition: ['repeats'],
    'The training set': ['curate', 'flow'],
    Training: ['train'],
    Scores: ['evaluate', 'published', 'stats'],
    'A release': ['release'],
    'Tables and figures': ['show', 'host'],
    'Where work is kept, and why it stopped': ['workspace', 'stopped'],
    'The lessons’ exercises': ['lessons'],
  }
}

async function indexPage() {
  // In the style of the notebooks' pages.
  const page = await htmlPage({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 }, { title: 'skylab' })
  const { version, description } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const exported = exports()
  const library = Object.entries(stages()).map(([title, sources]) => {
    const lines = sources.flatMap((source) => exported[source] ?? []).map(described)
    for (const source of sources) delete exported[source]
    return `<h3>${title}</h3>\n<dl>\n${lines.join('\n')}\n</dl>`
  })
  const left = Object.keys(exported)
  if (left.length > 0) throw new Error(`src/index.ts has names from ${left}, which .build/docs.mjs gives no stage.`)
  const body = `<h1>skylab ${version}</h1>
<p>${description}</p>
<p>${link('readme.html', 'What it is and how to begin')} (${link('readme.zh.html', '中文')}) · ${link('changelog.html', 'What is new')} · ${link('contributing.html', 'Contributing')}</p>
<h2>Notebooks, as they were executed</h2>
<ul>
${notebooks.map(({ file, title }) => `<li>${link(`notebooks/${file}`, title)}</li>`).join('\n')}
</ul>
<h2>The library</h2>
<p>What a cell may import. In a cell, <code>name?</code> shows the same; ${link('api/index.html', 'the whole API')} has the types, too.</p>
${library.join('\n')}`
  const style =
    'dl { max-width: 46rem } dt { float: left; clear: left } dd { margin: 0 0 .35em 13rem } @media (max-width: 40rem) { dt { float: none } dd { margin-left: 1.2rem } }'
  return page
    .replace('</style>', `${style}\n</style>`)
    .replace(/<main>[\s\S]*<\/main>/, () => `<main>\n<section class="prose">${body}</section>\n</main>`)
}

/** Values that src/index.ts exports, by the folder or file that they are from. */
function exports() {
  const found = {}
  const text = readFileSync(path.join(root, 'src/index.ts'), 'utf8')
  for (const [, names, source] of text.matchAll(/^export \{([^}]*)\} from '\.\/([\w-]+)[./]/gm)) {
    const values = names.split(',').map((name) => name.trim())
    const list = values.filter((name) => name !== '' && !name.startsWith('type '))
    found[source] = [...(found[source] ?? []), ...list].sort((a, b) => a.localeCompare(b))
  }
  return found
}

/** A name with the first sentence of its docstring, as typedoc wrote it. */
function described(name) {
  const file = ['functions', 'variables', 'classes']
    .map((kind) => `api/${kind}/${name}.html`)
    .find((one) => existsSync(path.join(docs, one)))
  if (!file) throw new Error(`typedoc made no page for ${name}.`)
  const text = readFileSync(path.join(docs, file), 'utf8')
  const said = /<div class="tsd-comment tsd-typography"><p>([\s\S]*?)<\/p>/.exec(text)?.[1] ?? ''
  const [sentence] = /^[\s\S]*?\.(?=\s|$)/.exec(said.replace(/<\/?a\b[^>]*>/g, '')) ?? [said]
  return `<dt><code>${link(file, name)}</code></dt><dd>${sentence.replace(/[:;]$/, '.')}&nbsp;</dd>`
}

function withWays(page, ways) {
  return page.replace('<main>', () => `<main>\n<nav>${ways.filter(Boolean).join(' · ')}</nav>`)
}

function link(to, text) {
  return `<a href="${to}">${text}</a>`
}
