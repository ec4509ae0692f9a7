// Every @example of a docstring: type-checked as a cell would be, and run. The names in them are a reader's own; here
// they are the practice problems and the recorded models, so nothing leaves this machine. What needs a machine, a key or
// a dataset that is not here must say so, with what to do, and nothing else may go wrong.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { userOptions } from './user-options.js'

const root = path.resolve(import.meta.dirname, '..')
type Library = typeof import('../src/index.js')
type StoppedCode = import('../src/index.js').StoppedCode
const library = (await import(path.join(root, 'dist/src/index.js'))) as Library

interface Example {
  /** The file in src/ and the line on which it begins. */
  at: string
  code: string
  /** What stands behind it as a comment. */
  gives: string | undefined
}

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) yield* sources(file)
    else if (entry.name.endsWith('.ts')) yield file
  }
}

const examples: Example[] = [...sources(path.join(root, 'src'))].flatMap((file) => {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/^ *\* @example ?((?:.*)(?:\n *\* (?!@).*)*)/gm)].map((match) => {
    const code = match[1]!.replace(/^ *\* ?/gm, '').trim()
    const [, gives] = /^[^\n]*? \/\/ ([[{].*)$/.exec(code) ?? []
    const line = text.slice(0, match.index).split('\n').length
    return { at: `${path.relative(path.join(root, 'src'), file)}:${line}`, code, gives }
  })
})

/** What a reader has when the example begins. */
const TYPES = {
  asked: 'ProblemRows',
  raw: 'Sample[]',
  samples: 'Sample[]',
  tidy: 'Formatted[]',
  judged: 'Judged[]',
  row: 'Judged',
  rows: 'TrainingRow[]',
  data: 'Dataset',
  run: 'Run',
  out: 'Release',
  scores: 'Score[]',
  work: 'Workspace',
  qwq: 'Model',
  mini: 'Model',
  sky: 'Model',
  base: 'Model',
  sizeOf: 'Record<string, string>',
  answer: 'number',
  stream: 'AsyncIterable<string>',
}

/** Examples that end in a Stopped here, by what they call: what they name is not on this machine. */
const AWAY: [start: RegExp, code: StoppedCode][] = [
  // Files of somebody's own: a tokenizer, a checkout.
  [/tokenCounter\('Qwen/, 'no-file'],
  [/skyT1Reformat\('SkyThought'\)/, 'no-file'],
  // Datasets of the Hub, and OpenAI.
  [/given\('still2:science'\)/, 'no-server'],
  [/without: \['math500', 'aime24'\]/, 'no-server'],
  [/benches: \['(?:math500|report)'/, 'no-server'],
  [/'numina:math'/, 'no-server'],
  [/model\('gpt-4o-mini'\)/, 'no-server'],
  [/^await (?:push|upload)\(/, 'no-key'],
  // Nothing of the practice problems is near a benchmark.
  [/'near-benchmark'|only: 'numbers'/, 'no-rows'],
  // Somebody to read, a machine to ask, a checkpoint: the practice machine trains nothing.
  [/await label\(/, 'no-host'],
  [/^await ready\(.*ssh:/, 'no-host'],
  [/await serve\(run/, 'bad-call'],
]

const exported = Object.keys(library)
const folder = mkdtempSync(path.join(root, 'test', '.readme-examples-'))
const place = mkdtempSync(path.join(os.tmpdir(), 'skylab-examples-'))
const before = process.cwd()
const values: Record<string, unknown> = {}

beforeAll(async () => {
  process.chdir(place)
  for (const [name, value] of Object.entries({ HF_HOME: place, HF_HUB_OFFLINE: '1', OPENAI_API_KEY: '' }))
    vi.stubEnv(name, value)
  vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9/v1')
  vi.spyOn(console, 'log').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  for (const out of [process.stdout, process.stderr]) vi.spyOn(out, 'write').mockImplementation(() => true)
  const { practice, problems, sample, reformat, verify, mix, dataset, evaluate, release, train, workspace } = library
  const work = workspace('runs/sky-t1')
  const asked = await problems('practice', { limit: 12, seed: 7 })
  const [qwq, mini, base] = [practice.teacher(), practice.reformatter(), practice.small()]
  const raw = await sample(asked, { model: qwq, in: work, n: 2 })
  const tidy = await reformat(raw, { model: mini, in: work })
  const judged = await verify(tidy, { in: work })
  const rows = await mix(judged, { math: 10, code: 10, science: 10 }, { seed: 7 })
  await dataset(rows, { name: 'sky-t1', in: work })
  const data = await dataset(rows, { name: 'sky-t1-17k', in: work, dir: 'sky-t1-17k' })
  const bench = { name: 'practice:bench', problems: await problems('practice:bench') }
  const scores = await evaluate(qwq, { benches: [bench], in: work })
  async function* stream() {
    yield* 'Let me check that again. '.repeat(200).match(/.{1,7}/g)!
  }
  const row = judged[0]
  const sizeOf = { [raw[0]!.model]: '32B' }
  const sky = qwq
  Object.assign(values, { asked, raw, samples: raw, tidy, judged, row, rows, data, scores, work, qwq, mini, sky, base })
  const run = await train(data, { base: 'Qwen/Qwen2.5-32B-Instruct', on: 'practice', in: work })
  cpSync(path.join(root, 'notebooks/sky-t1.ipynb'), 'sky-t1.ipynb')
  const out = await release(work, { name: 'mine', data, run, scores, notebook: 'sky-t1.ipynb', licence: 'apache-2.0' })
  Object.assign(values, { sizeOf, stream: stream(), answer: 3, run, out })
  // Benchmarks and problems of one's own, as files beside the notebook.
  const one = JSON.stringify({ question: 'How many primes are below 100?', answer: '25' })
  for (const name of ['aime24', 'haiku']) writeFileSync(`${name}.jsonl`, `${one}\n`)
  writeFileSync('traces.jsonl', `${JSON.stringify({ question: 'How many?', output: 'Let me count. Twenty-five.' })}\n`)
  mkdirSync('data')
  writeFileSync('data/math500.jsonl', `${one}\n`)
}, 120_000)

afterAll(() => {
  process.chdir(before)
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  for (const made of [folder, place]) rmSync(made, { recursive: true, force: true })
})

describe('the examples in docstrings', () => {
  it('type-check', () => {
    expect(examples.length).toBeGreaterThan(50)
    const types = [
      ...new Set(Object.values(TYPES).flatMap((type) => type.match(/\b(?!Record|AsyncIterable)[A-Z]\w+/g) ?? [])),
    ]
    const files = examples.map(({ at, code }, i) => {
      const file = path.join(folder, `example${i}.mts`)
      writeFileSync(
        file,
        `// ${at}\nimport { ${[...exported, ...types.filter((type) => !exported.includes(type)).map((type) => `type ${type}`)].join(', ')} } from 'skylab'\n` +
          Object.entries(TYPES)
            .map(([name, type]) => `declare const ${name}: ${type}`)
            .join('\n') +
          `\n{\n${code}\n}\nexport {}\n`,
      )
      return file
    })
    const program = ts.createProgram(files, {
      ...userOptions,
      // As in a cell.
      noUncheckedIndexedAccess: false,
      typeRoots: [path.join(root, 'node_modules/@types')],
    })
    const faults = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      const at = /^\/\/ (.*)/.exec(file?.text ?? '')?.[1]
      return `${at}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    })
    expect(faults).toEqual([])
  })

  it.each(examples.map((example) => [example.at, example] as const))(
    '%s runs',
    async (_, { code, gives }) => {
      const { outputText } = ts.transpileModule(`{\n${code}\n}`, {
        compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
      })
      const scope = { ...library, ...values }
      const AsyncFunction = (async () => {}).constructor as new (
        ...parts: string[]
      ) => (...given: unknown[]) => Promise<void>
      const body = gives === undefined ? outputText : `return (${code.slice(0, code.indexOf(' // '))})`
      const outcome = await new AsyncFunction(...Object.keys(scope), body)(...Object.values(scope)).then(
        (value: unknown) => ({ value }),
        (error: unknown) => ({ error }),
      )
      const expected = AWAY.find(([start]) => start.test(code))?.[1]
      if ('error' in outcome) {
        expect(outcome.error).toBeInstanceOf(library.Stopped)
        const { code: why, fix } = outcome.error as InstanceType<Library['Stopped']>
        expect(`${why}: ${code}`, (outcome.error as Error).message).toBe(`${expected}: ${code}`)
        expect(fix).toMatch(/\S/)
      } else {
        expect(expected, 'it was thought to need something that is not here').toBeUndefined()
        if (gives === undefined) return
        const value = new Function(`return (${gives.replace(/,? …/g, '')})`)()
        if (gives.includes('…')) expect(outcome.value).toMatchObject(value)
        else expect(outcome.value).toEqual(value)
      }
    },
    60_000,
  )
})
