import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cellParts, MAGICS } from '../../kernel/language/magics.js'
import { statementLines } from '../../kernel/language/statement-lines.js'
import type { Output } from '../../kernel/session.js'
import { Cells, pause, until } from './cells.js'

describe('the lines at which a statement may begin', () => {
  it.each<[string, number[]]>([
    ['a\nb', [0, 1]],
    ['f(\n1\n)\nb', [0, 3]],
    ['`\n$' + '{`\n`}\n`\nb', [0, 4]],
    ['/* a\nb */ c\nd', [0, 2]],
    ["'`'\nb // `\nc", [0, 1, 2]],
    ['/[`/]`/.test("`")\nb', [0, 1]],
    ['a / b / `\n`\nc', [0, 2]],
    ["%sh echo `it's {\nb", [0, 1]],
    ['let t = `a\\`b`\nc', [0, 1]],
    ['const r = [1].map((x) => x / 2)\n// )\nc', [0, 1, 2]],
  ])('%j', (code, lines) => expect(statementLines(code)).toEqual(lines))
})

describe('the parts of a cell', () => {
  it.each<[string, string[]]>([
    ['1 + 1', ['code']],
    ['%who', ['magic']],
    ['a\n%who\nb', ['code', 'magic', 'code']],
    ['const t = `\n%who\n`', ['code']],
    ['/*\n%who\n*/', ['code']],
    ['f(\n%who\n)', ['code']],
    ['a\n  % b', ['code']],
    ['a\n%b', ['code']],
    ['%nothing', ['unknown']],
    ['// first\n%nothing', ['code', 'unknown']],
    ['%%sh\n%who\n', ['magic']],
    ['%%nothing\n', ['unknown']],
    ['%time\n%who\na', ['time']],
    ['name?', ['inspect']],
    ['??name', ['inspect']],
    ['!ready', ['code']],
    ['!ready && go', ['code']],
    ['!ls', ['unknown']],
    ['!pip install x', ['unknown']],
  ])('%j', (code, kinds) => expect(cellParts(code).map(({ kind }) => kind)).toEqual(kinds))

  it('keeps the lines of the code', () => {
    expect(cellParts('a\n%who\n\nb').at(-1)).toEqual({ kind: 'code', code: '\n\n\nb' })
  })
})

describe('in a session', () => {
  let cells: Cells

  beforeAll(async () => {
    cells = await Cells.start({ LAB_TOKEN: 'tok-1234-5678' })
  })
  afterAll(() => cells.close())

  it('runs what stands around a magic, in order, and ends at an error', async () => {
    const shown = await cells.run("console.log('a')\n%sh echo b\nconsole.log('c')\n%sh exit 3\nconsole.log('d')")
    expect(shown.stdout).toBe('a\nb\nc\n')
    expect(shown.error).toMatchObject({ name: 'ShellError', message: expect.stringContaining('exit status 3') })
    expect((await cells.run("1\n%types warn\nthrow new Error('x')")).trace).toMatch(/at cell \[\d+\] 3:7\n/)
    await cells.run('%types off')
  })

  it('gives the value of its last part only', async () => {
    expect((await cells.run('1\n%types off\n2')).outputs.filter(({ kind }) => kind === 'result')).toHaveLength(1)
  })

  it('%%sh streams both outputs of a script while it runs', async () => {
    const outputs: Output[] = []
    const running = cells.run('%%sh\necho one\nsleep 0.5\necho two >&2\n[ -n "$LAB_TOKEN" ] && echo "$LAB_TOKEN"', {
      onOutput: (each) => outputs.push(each),
    })
    await until(() => outputs.length > 0, 'the first line')
    expect(outputs).toEqual([{ kind: 'stream', name: 'stdout', text: 'one\n' }])
    expect((await running).status).toBe('ok')
    expect(JSON.stringify(outputs)).toContain('two')
    expect(JSON.stringify(outputs)).toContain('[hidden: LAB_TOKEN]')
  })

  it('%%sh is ended by an interrupt, with what it started', async () => {
    const running = cells.run("%%sh\ntrap '' INT\necho $$ > pid\nsleep 60\nsleep 60")
    const file = path.join(cells.folder, 'pid')
    await until(() => existsSync(file), 'the script')
    await pause(50)
    await cells.session.interrupt()
    expect(await running).toMatchObject({ interrupted: true })
    const pid = Number(readFileSync(file, 'utf8'))
    const lives = () => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    }
    await until(() => !lives(), 'the end of the script')
  })

  it('%npm runs in the folder of the notebook, and what it installs can be imported at once', async () => {
    const folder = path.join(cells.folder, 'apart')
    mkdirSync(folder)
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'apart', version: '1.0.0', main: 'it.js' }))
    writeFileSync(path.join(folder, 'it.js'), 'exports.seven = 7')
    expect((await cells.run("import { seven } from 'apart'")).status).toBe('error')
    const shown = await cells.run("%npm install --offline ./apart\nimport { seven } from 'apart'\nseven")
    expect(shown.value).toBe('7')
    expect(shown.stdout).toContain('added 1 package')
    expect((await cells.run('%npm')).error?.message).toContain('%npm install PACKAGE')
    expect((await cells.run('%npm nonsense')).error?.name).toBe('ShellError')
  })

  it('%env lists, shows, sets and takes away, and hides secrets', async () => {
    expect((await cells.run('%env')).outputs[0]).toMatchObject({
      bundle: { data: { 'text/plain': expect.stringContaining('LAB_TOKEN=[hidden: LAB_TOKEN]') } },
    })
    await cells.run('%env SOME=two words')
    expect(await cells.value('process.env.SOME')).toBe("'two words'")
    expect((await cells.run('%env SOME')).stdout).toBe('SOME=two words\n')
    await cells.run('%env -u SOME')
    expect((await cells.run('%env SOME')).error?.message).toContain('SOME is not set')
    const asked = await cells.run('%env TYPED_KEY=?', { onPrompt: async (_, unseen) => (unseen ? 'abc-defg-77' : '') })
    expect(asked.stdout).toBe('TYPED_KEY=[hidden: TYPED_KEY]\n')
    expect(await cells.value('process.env.TYPED_KEY.length')).toBe('11')
  })

  it('%who shows names, types and short values', async () => {
    await cells.run("const ages = new Map([['a', 1]]); function grow(x: number) { return x }; let unset: string")
    const text = String((await cells.run('%who ages grow')).outputs.map((each) => JSON.stringify(each)))
    expect(text).toContain('Map(1)')
    expect(text).toContain('function')
    expect(text).toContain("{ 'a' => 1 }")
    expect(text).toContain('text/html')
    expect((await cells.run('%who nobody')).stdout).toContain('Not declared: nobody')
  })

  it('%time and %timeit measure', async () => {
    expect((await cells.run('%time await new Promise((done) => setTimeout(done, 30))')).stdout).toMatch(
      /^Wall time: [3-9]\d/,
    )
    expect((await cells.run('%timeit ages.size')).stdout).toMatch(/ns ± .* best .* 7 measurements, [\d,]+ loops each/)
    expect((await cells.run('%timeit await new Promise((done) => setTimeout(done, 40))')).stdout).toMatch(/ ms ± /)
    expect((await cells.run('%%timeit\nlet sum = 0\nfor (const each of [1, 2]) sum += each')).stdout).toContain(
      'loops each',
    )
    expect((await cells.run('%timeit nope()')).error?.name).toBe('ReferenceError')
    const running = cells.run('%timeit await new Promise((done) => setTimeout(done, 500))')
    await pause(100)
    await cells.session.interrupt()
    expect(await running).toMatchObject({ interrupted: true })
  })

  it('%help tells all', async () => {
    const text = JSON.stringify((await cells.run('%help')).outputs)
    for (const { usage } of MAGICS) expect(text).toContain(usage)
  })

  it('what is unknown names the nearest, and ! names %%sh', async () => {
    expect((await cells.run('%tpyes warn')).error).toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(/Did you mean %types\? %help/),
    })
    expect((await cells.run('!ls -la')).error?.message).toContain('%sh ls -la')
  })

  it('%reset asks, or takes -f', async () => {
    await cells.run('let here = 1')
    expect((await cells.run('%reset')).error?.message).toContain('%reset -f')
    await cells.run('%reset', { onPrompt: async () => 'n' })
    expect(await cells.value('here')).toBe('1')
    expect(await cells.value('%reset -f\ntypeof here')).toBe("'undefined'")
    await cells.run('let here = 1')
    await cells.run('%reset', { onPrompt: async () => 'yes' })
    expect(await cells.value('typeof here')).toBe("'undefined'")
  })

  it.each([
    ['%%sh', 'incomplete'],
    ['%%sh\nif true; then', 'incomplete'],
    ['%%sh\nls', 'incomplete'],
    ['%%sh\nls\n', 'complete'],
    ['%%sh\nls\n\n', 'complete'],
    ['%%bash\n\n', 'incomplete'],
    ['%%nothing', 'complete'],
    ['%who', 'complete'],
    ['%types warn', 'complete'],
    ['%timeit 1 +', 'complete'],
    ['%time 1 + 1', 'complete'],
    ['rows.map??', 'complete'],
    ['größe?', 'complete'],
    ['?rows.map', 'complete'],
    ['rows?.map', 'complete'],
    ['%%time', 'incomplete'],
    ['%%time\n1 + 1', 'complete'],
    ['%%timeit\nif (a) {', 'incomplete'],
    ['%types warn\nfunction f() {', 'incomplete'],
    ['name?', 'complete'],
    ['%%time\n1 +', 'incomplete'],
  ])('%j is %s', async (code, status) => {
    expect((await cells.session.isComplete(code)).status).toBe(status)
  })
})
