// The walls of the house: who may import whom.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')

function* files(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) yield* files(file)
    else if (/\.(ts|js|cjs)$/.test(entry.name)) yield file
  }
}

/** Every import of a file: the specifier as written, and the file under the root that it names, if any. */
function imports(file: string): { specifier: string; to: string | undefined }[] {
  const text = readFileSync(file, 'utf8')
  const found = [...text.matchAll(/(?:\bfrom|\bimport\(?|\brequire\()\s*['"]([^'"\n]+)['"]/g)].map((match) => match[1]!)
  return found.map((specifier) => ({
    specifier,
    to: specifier.startsWith('.') ? path.relative(root, path.resolve(path.dirname(file), specifier)) : undefined,
  }))
}

/** The files that a file has loaded before its own code runs: static imports and re-exports of values. */
function loads(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^'";]*?\bfrom\s*)?['"](\.[^'"\n]+)['"]/gm)]
    .filter(([statement]) => !/^\w+\s+\{(?:\s*type\s[^,}]+,?)+\s*\}\s*from/.test(statement))
    .map(([, to]) => path.relative(root, path.resolve(path.dirname(file), to!)).replace(/\.js$/, ''))
    .map((to) => (existsSync(path.join(root, `${to}.ts`)) ? `${to}.ts` : `${to}.js`))
}

/** Every circle that a walk from each file meets, once, from its first file in the order of names. */
function circles(graph: Map<string, string[]>): string[] {
  const found = new Set<string>()
  const done = new Set<string>()
  const walk = (file: string, way: string[]): void => {
    const at = way.indexOf(file)
    if (at >= 0) {
      const circle = way.slice(at)
      const first = circle.indexOf([...circle].sort()[0]!)
      const turned = [...circle.slice(first), ...circle.slice(0, first)]
      found.add([...turned, turned[0]].join(' → '))
    } else if (!done.has(file)) {
      for (const to of graph.get(file) ?? []) walk(to, [...way, file])
      done.add(file)
    }
  }
  for (const file of graph.keys()) walk(file, [])
  return [...found].sort()
}

const sources = ['kernel', 'src'].flatMap((top) => [...files(path.join(root, top))])
const all = sources.flatMap((file) => imports(file).map((each) => ({ file: path.relative(root, file), ...each })))

describe('the house', () => {
  it('is read at all', () => {
    expect(sources.length).toBeGreaterThan(50)
    expect(all.filter(({ to }) => to).length).toBeGreaterThan(100)
  })

  it('keeps kernel/ and src/ apart', () => {
    expect(all.filter(({ file, to }) => to && file.split(path.sep)[0] !== to.split(path.sep)[0])).toEqual([])
  })

  it('lets the kernel import the library in one line only: the commands', () => {
    const lines = all.filter(({ file, specifier }) => file.startsWith('kernel') && /^skylab(\/|$)/.test(specifier))
    expect(lines.map(({ file, specifier }) => `${file}: ${specifier}`)).toEqual(['kernel/main.ts: skylab/commands'])
  })

  it('has arrows that run one way: a stage imports the ground and the stages before it', () => {
    const stages = ['problems', 'sample', 'reformat', 'verify', 'curate', 'train', 'evaluate', 'release']
    const allowed = (from: string, to: string): boolean => {
      // The exercises look at every stage; only what exports them looks at them.
      if (from === to || ['index', 'commands', 'tslab', 'lessons'].includes(from)) return true
      const ground = [
        'rows',
        'json',
        'stopped',
        'host',
        'fixtures',
        'nearest',
        'known',
        'taken',
        'published',
        'flow',
        'stats',
        'workspace',
        'hub',
      ]
      if (ground.includes(from)) return ground.includes(to)
      if (ground.includes(to)) return true
      if (from === 'repeats') return false
      // A look at one text, which stands on the ground alone: any stage may take it.
      if (to === 'repeats') return true
      if (from === 'show') return to === 'repeats'
      return stages.includes(from) && stages.includes(to) && stages.indexOf(to) < stages.indexOf(from)
    }
    const room = (file: string) => file.split(path.sep)[1]!.replace(/\.(ts|js)$/, '')
    // The grader of maths stands on the ground and on choice/ alone, so a stage before verify may ask it as well:
    // reformat does, whether a rewrite still has its answer.
    const grader = path.join('src', 'verify', 'math')
    const below = all.filter(({ file, to }) => file.startsWith(grader) && to && !to.startsWith(grader))
    expect([...new Set(below.map(({ to }) => room(to!)))].sort()).toEqual(['nearest', 'stopped', 'verify'])
    expect(new Set(below.filter(({ to }) => room(to!) === 'verify').map(({ to }) => to))).toEqual(
      new Set([path.join('src', 'verify', 'choice', 'letter.js')]),
    )
    const crossings = all.filter(
      ({ file, to }) =>
        file.startsWith('src') &&
        to &&
        !allowed(room(file), room(to)) &&
        !(room(file) === 'reformat' && to === path.join(grader, 'index.js')),
    )
    expect(crossings.map(({ file, to }) => `${file} → ${to}`)).toEqual([])
  })

  it('has no circle of imports, types apart', () => {
    const graph = new Map(sources.map((file) => [path.relative(root, file), loads(file)]))
    expect([...graph.values()].flat().filter((to) => !graph.has(to) && /\.ts$/.test(to))).toEqual([])
    expect(circles(graph)).toEqual([])
    // And such a circle would be found.
    expect(circles(new Map(Object.entries({ a: ['b'], b: ['c', 'd'], c: [], d: ['a'], e: ['b'] })))).toEqual([
      'a → b → d → a',
    ])
  })

  it('awaits nothing at the top level of src/, so that tslab can load it', () => {
    const awaiting = sources.filter(
      (file) =>
        file.includes(`${path.sep}src${path.sep}`) && /^(?:const .*= )?await /m.test(readFileSync(file, 'utf8')),
    )
    expect(awaiting).toEqual([])
  })

  it('loads heavy packages on first use', () => {
    const heavy = [
      'isolated-vm',
      'danfojs-node',
      'plotly.js-dist',
      'jsdom',
      'pyodide',
      '@resvg/resvg-js',
      'ssh2',
      'openai',
      'typescript',
      '@duckdb/node-api',
      '@huggingface/tokenizers',
    ]
    // Programs of their own, started as a process or a worker: nobody imports them.
    const imported = new Set(all.map(({ to }) => to?.replace(/\.js$/, '.ts')))
    const eager = sources
      .filter((file) => file.startsWith(path.join(root, 'src')) && imported.has(path.relative(root, file)))
      .flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/^import (?!type\b)[^'"]*['"]([^'"]+)['"]/gm)]
          .filter((match) => heavy.includes(match[1]!))
          .map((match) => `${path.relative(root, file)}: ${match[1]}`),
      )
    expect(eager).toEqual([])
  })

  it('has benchmarks that all say what they measure, install and take', async () => {
    const folder = path.join(root, 'test/bench')
    const names = readdirSync(folder).filter((file) => file.endsWith('.mjs') && file !== 'run.mjs')
    for (const name of names) {
      const benchmark = await import(path.join(folder, name))
      expect(benchmark, name).toMatchObject({
        title: expect.stringMatching(/\S/),
        installs: expect.stringMatching(/\S/),
        minutes: expect.any(Number),
        run: expect.any(Function),
      })
    }
  })
})
