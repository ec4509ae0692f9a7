// What a person is told when something is wrong from the start, by the real command in a real process:
// what was received, what to type next, no stack of ours, the right exit status, and nothing lost.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  at,
  cells,
  cleanUp,
  deaf,
  folder,
  mount,
  type Output,
  ours,
  outputsOf,
  refused,
  serve,
  shown,
  stopped,
  text,
} from './bad-input.js'
import { type Act, refuse, say } from './src/sample-server.js'
import { root, skylab, writeTestNotebook } from './tools.js'

const recipe = path.join(root, 'notebooks', 'sky-t1.ipynb')
const small = path.join(root, 'fixtures', 'recordings', 'small.jsonl')

afterAll(cleanUp)

const tiny = mount('tiny', 'size=64k')
const packed = mount('packed', 'size=16k')

const three = ['1+1?', '2+2?', '3+3?'].map((problem, i) => JSON.stringify({ problem, answer: String(2 * i + 2) }))

describe('an endpoint', () => {
  it('that nobody answers at ends the recipe with exit status 1, the address, and the notebook written', async () => {
    const baseURL = await deaf()
    const run = await skylab(
      ['run', recipe, '-p', `baseURL=${baseURL}`, '-p', 'workspace=refused', '--output', 'refused.ipynb'],
      { cwd: folder },
    )
    expect(run.status).toBe(1)
    expect(run.stdout).toContain(`Stopped: ${baseURL} cannot be reached (ECONNREFUSED).`)
    expect(run.stdout).toContain(`curl ${baseURL}/models`)
    expect(run.stdout).not.toMatch(ours)
    expect(shown(outputsOf(at('refused.ipynb')).flat())).toContain('ECONNREFUSED')
  })

  it('says what is wrong with address, key or model, and never the key', async () => {
    const locked = await serve((_, response) => refuse(response, 401, 'Incorrect API key provided: sk-hidden123456.'))
    const other = await serve((_, response) => refuse(response, 404, 'no such model'), ['qwen-7b', 'gemma'])
    const file = text('three.jsonl', three.join('\n'))
    const ask = (id: string, options: object) =>
      `await sample(await problems('${file}'), { model: model('${id}', ${JSON.stringify(options)}), in: workspace('asked') })`
    const told = await cells(
      'endpoint',
      [
        ask('m', { baseURL: await deaf(), retries: 0 }),
        ask('m', { baseURL: locked.url, apiKey: 'sk-hidden123456' }),
        ask('m', { baseURL: 'https://models.example/v1' }),
        ask('qwen-70b', { baseURL: other.url }),
      ],
      undefined,
      { OPENAI_API_KEY: '', OPENAI_BASE_URL: '' },
    )
    const [deafness, key, none, unknown] = told.map(stopped)
    expect(deafness).toMatch(/http:\/\/127\S+ refused the connection \(ECONNREFUSED\)\.\n.*curl http/)
    expect(key).toMatch(/does not accept the key for m \(401\).*\n.*export OPENAI_API_KEY=/)
    expect(JSON.stringify(told)).not.toContain('hidden123456')
    expect(none).toMatch(/m at https:\/\/models\.example\/v1 needs a key, and OPENAI_API_KEY is not set\.\n.*export/)
    expect(unknown).toMatch(/has no model qwen-70b; it offers: qwen-7b, gemma\.\n.*model\('qwen-7b'/)
  })

  it('whose key is withdrawn half way loses nothing: run again, only the rest is asked', async () => {
    let open = false
    const server = await serve((request, response) =>
      open || request.nth < 2 ? say(response, 'yes') : refuse(response, 401, 'revoked'),
    )
    const file = text('half.jsonl', three.join('\n'))
    const code = `const rows = await sample(await problems('${file}'),
      { model: model('m', { baseURL: '${server.url}', concurrency: 1 }), in: workspace('half') })
    rows.map((row) => row.text).join(' ')`
    expect(stopped((await cells('half', [code]))[0])).toMatch(/does not accept the key/)
    const before = readFileSync(at('half/journal/sample.jsonl'), 'utf8')
    open = true
    expect(shown((await cells('half', [code]))[0]!)).toContain('yes yes yes')
    expect(readFileSync(at('half/journal/sample.jsonl'), 'utf8').startsWith(before)).toBe(true)
    expect(server.requests).toHaveLength(4)
  })
})

describe('a recording', () => {
  const recorded = (file: string, url: string, work: string) =>
    `await sample(await problems('three.jsonl'),
      { model: model('m', { baseURL: '${url}', record: '${file}', concurrency: 1 }), in: workspace('${work}') })`

  it.skipIf(!packed)(
    `on a full disk ends with its last whole line, and elsewhere nothing is asked in vain${packed ? '' : ' (skipped: no file system can be mounted here)'}`,
    async () => {
      text('three.jsonl', three.join('\n'))
      const server = await serve((_, response) => say(response, 'word '.repeat(2000)))
      const [full, taken] = await cells('recording', [
        recorded('packed/recorded.jsonl', server.url, 'recording'),
        recorded('packed', server.url, 'recording'),
      ])
      expect(stopped(full)).toMatch(/The disk is full: packed\/recorded\.jsonl .*\(ENOSPC\)\.\n.*df -h packed/)
      expect(server.requests).toHaveLength(2)
      expect(readFileSync(at('packed/recorded.jsonl'), 'utf8')).toMatch(/^\{"key":[^\n]+\}\n$/)
      expect(stopped(taken)).toMatch(/packed cannot be written to: EISDIR.*\n.*Record elsewhere/)
      rmSync(at('packed/recorded.jsonl'))
    },
  )
})

describe('problems', () => {
  let told: Output[][]
  beforeAll(async () => {
    text('empty.jsonl', '')
    text('some.jsonl', [three[0], 'not json', '{"other": 1}', '[1]', three[1]].join('\n'))
    text('first.jsonl', ['not json', three[0], three[1]].join('\n'))
    text('none.jsonl', 'not json\nneither is this\n')
    const read = (source: string) => `(await problems('${source}')).length`
    told = await cells(
      'problems',
      ['empty.jsonl', 'some.jsonl', 'first.jsonl', 'none.jsonl', 'numnia', 'folder/missing.jsonl', 'thre.jsonl'].map(
        read,
      ),
    )
  })

  it('in an empty file', () => expect(stopped(told[0])).toMatch(/empty\.jsonl is empty\.\n.*JSON Lines/))

  it('in a file with some broken rows are the others, and every broken row is named', () => {
    expect(told[1]!.map(({ output_type }) => output_type)).not.toContain('error')
    expect(shown(told[1]!)).toMatch(
      /3 rows of 5 left out.*line 2: not JSON.*line 3: no question.*line 4: it is \[1\].*\n2$/s,
    )
  })

  it('after a broken first line are still read as JSON Lines', () =>
    expect(shown(told[2]!)).toMatch(/1 row of 3 left out.*line 1: not JSON.*\n2$/s))

  it('in a file of broken rows only', () =>
    expect(stopped(told[3])).toMatch(/None of the 2 rows of none\.jsonl is a problem\. Line 1: not JSON/))

  it('of a name that nobody knows: those that are known, and the nearest', () =>
    expect(stopped(told[4])).toMatch(/no dataset and no file "numnia".*practice:bench.*\n.*problems\('numina'\)/))

  it('in a file that is missing: which, and the nearest that is there', () => {
    expect(stopped(told[5])).toMatch(/There is no folder folder \(for folder\/missing\.jsonl\)/)
    text('three.jsonl', three.join('\n'))
    expect(stopped(told[6])).toMatch(
      /There is no file thre\.jsonl; looked for at \/.*thre\.jsonl\.\n.*problems\("three\.jsonl"\)/,
    )
  })
})

/** bubblewrap hides the system's programs; where it is missing, they cannot be hidden from one process only. */
const hides = spawnSync('bwrap', ['--dev-bind', '/', '/', '--tmpfs', '/usr/bin', process.execPath, '-v']).status === 0

describe.skipIf(!hides)(`a machine without a tool${hides ? '' : ' (skipped: bubblewrap cannot hide it here)'}`, () => {
  const verdict = `const [row] = await verify([{ kind: 'code', language: 'python', finish: 'stop',
    text: '\`\`\`python\\nprint(int(input()) * 2)\\n\`\`\`', tests: [{ stdin: '2\\n', stdout: '4\\n' }] } as any])
  JSON.stringify(row!.verdict)`
  const without = (kept: string[]) => [
    'bwrap',
    ...['--dev-bind', '/', '/', '--tmpfs', '/usr/bin', '--tmpfs', '/usr/local/bin'],
    ...kept.flatMap((file) => ['--ro-bind', file, file]),
  ]

  it.each([
    ['bubblewrap', [], /bubblewrap \(bwrap\) is not installed/],
    [
      'python3',
      [execFileSync('sh', ['-c', 'command -v bwrap || true'], { encoding: 'utf8' }).trim()],
      // A version manager's stand-in may still be on the PATH, with nothing behind it.
      /there is no python3|python3 does not run/,
    ],
  ])('without %s judges Python in Pyodide, and says so', async (tool, kept, why) => {
    const [outputs] = await cells(`without-${tool}`, [verdict], without(kept))
    expect(shown(outputs!)).toMatch(/Python runs in Pyodide: .+\.\n {2}→ apt install /)
    expect(shown(outputs!)).toMatch(why)
    expect(shown(outputs!)).toContain('"ok":true')
  })
})

const root0 = process.getuid?.() === 0
/** A device of our own that is always full: as root, a fault in what is tested would replace the machine's. */
const full = spawnSync('mknod', [at('full'), 'c', '1', '7']).status === 0

describe('a workspace', () => {
  const code = (dir: string, url: string) => `const rows = await sample(await problems('many.jsonl'),
    { model: model('m', { baseURL: '${url}', concurrency: 2 }), in: workspace('${dir}') })
  rows.filter((row) => row.finish === 'stop').length`
  const long: Act = (_, response) => say(response, 'word '.repeat(800))
  const many = Array.from({ length: 20 }, (_, i) => JSON.stringify({ problem: `${i}+1?`, answer: String(i + 1) }))

  it.skipIf(!tiny)(
    `on a full disk keeps what is saved and continues from there${tiny ? '' : ' (skipped: no file system can be mounted here)'}`,
    async () => {
      text('many.jsonl', many.join('\n'))
      const server = await serve(long)
      const told = stopped((await cells('full', [code('tiny/work', server.url)]))[0])
      expect(told).toMatch(
        /The disk is full: tiny\/work cannot take another line \(ENOSPC\)\. \d+ answers before it are saved/,
      )
      expect(told).toMatch(/→ Make room \(df -h tiny\/work\) and run the cell again/)
      const saved = Number(/(\d+) answers before/.exec(told)![1])
      expect(saved).toBeGreaterThan(3)
      // What came when the disk was full was paid for too.
      const elsewhere = Number(/ (\d+) answers? that it did not take (?:is|are) in \S+ and/.exec(told)?.[1] ?? 0)
      execFileSync('mount', ['-o', 'remount,size=1m', tiny!])
      // A request under way when the disk was found full may have come after the message was written.
      expect(server.requests.length - saved - elsewhere).toBeOneOf([0, 1])
      expect(shown((await cells('full', [code('tiny/work', server.url)]))[0]!)).toMatch(/\n20$/)
      // Over both runs every question was paid for once.
      expect(server.requests.length).toBe(20)
    },
  )

  const closed = root0 ? mount('closed', 'ro') : at('closed')
  it.skipIf(!closed)(
    `that may not be written to says so before anything is asked${closed ? '' : ' (skipped: root may write everywhere here)'}`,
    async () => {
      text('many.jsonl', many.join('\n'))
      mkdirSync(closed!, { recursive: true })
      if (!root0) chmodSync(closed!, 0o500)
      text('file', 'mine')
      const server = await serve(long)
      const told = (await cells('closed', [code('closed/work', server.url), code('file', server.url)])).map(stopped)
      expect(told[0]).toMatch(/closed\/work cannot be written to \(E[A-Z]+\)\.\n.*chmod/)
      expect(told[1]).toMatch(
        /file cannot be a workspace: a file stands where a folder is needed.*\n.*workspace\('runs\/mine'\)/,
      )
      expect(server.requests).toHaveLength(0)
      expect(readFileSync(at('file'), 'utf8')).toBe('mine')
    },
  )
})

describe('skylab replay', () => {
  it('says which port is taken, and how to have another', async () => {
    const server = await serve(() => undefined)
    const { port } = new URL(server.url)
    const told = refused(await skylab(['replay', small, '--port', port]))
    expect(told).toMatch(new RegExp(`Port ${port} on 127\\.0\\.0\\.1 .*EADDRINUSE.*\\n.*--port 0`))
  })

  it('names a file that is missing, or the line that is no recording', async () => {
    expect(refused(await skylab(['replay', 'nowhere.jsonl'], { cwd: folder }))).toMatch(/nowhere\.jsonl/)
    text('half-recording.jsonl', `${readFileSync(small, 'utf8').split('\n')[0]}\n{"key": 1}\n`)
    expect(refused(await skylab(['replay', 'half-recording.jsonl'], { cwd: folder }))).toMatch(
      /half-recording\.jsonl.*2/s,
    )
  })

  it('answers a question that was never recorded with the nearest one that was', async () => {
    text('other.jsonl', JSON.stringify({ problem: 'What is the colour of the sky?', answer: 'blue' }))
    const code = `const rows = await sample(await problems('other.jsonl'), { model: model('gemma-3-270m', { replay: '${small}' }), in: workspace('unrecorded') })
    rows[0]!.failure`
    const [outputs] = await cells('unrecorded', [code])
    expect(shown(outputs!)).toMatch(/no recording.*nearest/is)
  })
})

describe('skylab run', () => {
  it('refuses what is no notebook and what is no parameter, and overwrites nothing', async () => {
    text('kept.ipynb', 'what was here')
    text('letter.ipynb', 'Dear notebook')
    text('list.ipynb', '{"rows": []}')
    const run = (...args: string[]) => skylab(['run', ...args, '--output', 'kept.ipynb'], { cwd: folder })
    expect(refused(await run('letter.ipynb'))).toMatch(/letter\.ipynb is not a notebook: it is not JSON/)
    expect(refused(await run('list.ipynb'))).toMatch(/list\.ipynb is not a notebook: it has no list of cells/)
    expect(refused(await run('nowhere.ipynb'))).toMatch(/There is no file nowhere\.ipynb/)
    expect(refused(await run(recipe, '-p', 'problms=practice'))).toMatch(/no parameter "problms"\.\n.*problems, limit/)
    expect(refused(await run(recipe, '-p', 'limit'))).toMatch(
      /-p needs NAME=VALUE; this is "limit"\.\n.*-p limit=VALUE/,
    )
    expect(readFileSync(at('kept.ipynb'), 'utf8')).toBe('what was here')
  })

  it('writes the notebook as far as it came where a cell throws, and ends with status 1', async () => {
    const notebook = writeTestNotebook(at('throws.ipynb'), [
      { code: 'const a = 1\na' },
      { code: "function deep(): never {\n  throw new Error('boom')\n}\ndeep()" },
      { code: "console.log('never')" },
    ])
    const run = await skylab(['run', notebook, '--output', 'threw.ipynb', '--html', 'threw.html'], { cwd: folder })
    expect(run.status).toBe(1)
    expect(run.stdout).toMatch(/Error: boom\n {4}at deep .*2:9/)
    expect(run.stdout).not.toMatch(ours)
    const [first, second, third] = outputsOf(at('threw.ipynb'))
    expect([shown(first!), second![0]!.evalue, third]).toEqual(['1', 'boom', []])
    expect(existsSync(at('threw.html')) && readFileSync(at('threw.html'), 'utf8')).toContain('boom')
  })
  it.skipIf(!packed)(
    `on a full disk says so before a cell has run${packed ? '' : ' (skipped: no file system can be mounted here)'}`,
    async () => {
      const notebook = writeTestNotebook(at('writes.ipynb'), [{ code: "console.log('ran')" }])
      spawnSync('sh', ['-c', 'cat /dev/zero > packed/ballast'], { cwd: folder })
      writeFileSync(at('packed/old.ipynb'), '')
      const told = refused(await skylab(['run', notebook, '--output', 'packed/old.ipynb'], { cwd: folder }), 1)
      expect(told).toMatch(/Cannot write packed\/old\.ipynb: the disk is full\./)
      expect(existsSync(at('packed/old.ipynb'))).toBe(true)
    },
  )

  it.skipIf(!full)(
    `writes into a device and leaves it a device${full ? '' : ' (skipped: no device can be made here)'}`,
    async () => {
      const notebook = writeTestNotebook(at('device.ipynb'), [{ code: '1' }])
      const told = refused(await skylab(['run', notebook, '--output', 'full'], { cwd: folder }), 1)
      expect(told).toMatch(/Cannot write full: the disk is full\./)
      expect(statSync(at('full')).isCharacterDevice()).toBe(true)
    },
  )
})
