import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const built = path.join(root, 'dist/src/commands/rows.js')
const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Run {
  status: number | null
  stdout: string
  stderr: string
}

/** The command in a process of its own, as `skylab rows` runs it. */
function start(args: string[]): ChildProcess {
  const script = `import { rows } from ${JSON.stringify(pathToFileURL(built).href)}; process.exitCode = await rows(${JSON.stringify(args)})`
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe', cwd: folder })
}

function run(args: string[], input: string | Buffer = ''): Promise<Run> {
  const child = start(args)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout!.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr!.on('data', (chunk: Buffer) => err.push(chunk))
  child.stdin!.on('error', () => {})
  child.stdin!.end(input)
  return new Promise((resolve) =>
    child.on('close', (status) =>
      resolve({ status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    ),
  )
}

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const jsonl = (rows: unknown[]) =>
  rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('')

describe.skipIf(!existsSync(built))('skylab rows (skipped: dist/ is not built)', () => {
  it('grades: one row for each, in order, every field kept', async () => {
    const { status, stdout, stderr } = await run(
      ['grade'],
      jsonl([
        { id: 1, gold: '1/2', pred: '\\boxed{0.5}' },
        { gold: '5', pred: '500', nested: { a: [1, { b: null }] } },
        { gold: 7, pred: 'x=7' },
      ]),
    )
    expect(status).toBe(0)
    expect(stderr).toBe('')
    expect(lines(stdout)).toEqual([
      { id: 1, gold: '1/2', pred: '\\boxed{0.5}', equal: true, how: 'rational' },
      { gold: '5', pred: '500', nested: { a: [1, { b: null }] }, equal: false, why: 'different' },
      { gold: 7, pred: 'x=7', equal: true, how: 'rational' },
    ])
  })

  it('grades by another policy', async () => {
    expect(
      lines((await run(['grade', '--policy', 'sky-t1'], jsonl([{ gold: '5', pred: '\\boxed{500}' }]))).stdout)[0].equal,
    ).toBe(true)
    expect(
      lines((await run(['grade', '--policy=exact'], jsonl([{ gold: '0.5', pred: '\\boxed{1/2}' }]))).stdout)[0].equal,
    ).toBe(false)
  })

  it('keeps the bytes of a row, whole numbers of any size among them', async () => {
    const row = '{"z":1, "big":123456789012345678901234567890, "gold":"1",  "pred":"1"}'
    expect((await run(['grade'], `${row}\n`)).stdout).toBe(`${row.slice(0, -1)},"equal":true,"how":"exact"}\n`)
    expect(lines((await run(['grade'], jsonl([{ gold: '1', pred: '1', equal: 'old' }]))).stdout)[0]).toMatchObject({
      equal: true,
    })
  })

  it('puts a line that cannot be used in its place, goes on, and ends with 3', async () => {
    const { status, stdout, stderr } = await run(
      ['repeats'],
      jsonl([{ text: 'a' }, '{"text": "torn li', { other: 1 }, '[1]', { text: 'b' }]),
    )
    expect(status).toBe(3)
    const rows = lines(stdout)
    expect(rows).toHaveLength(5)
    expect(rows.map((row) => row.line)).toEqual([undefined, 2, 3, 4, undefined])
    for (const row of rows.slice(1, 4)) expect(Object.keys(row)).toEqual(['line', 'error'])
    expect(rows[4].repeats.kind).toBe('clean')
    expect(stderr).toContain('3 of 5')
  })

  it('judges and verifies', async () => {
    const program = 'console.log(require("fs").readFileSync(0, "utf8").length)'
    const judged = lines(
      (
        await run(
          ['judge', '--workers', '2'],
          jsonl([
            { language: 'javascript', program, tests: [{ stdin: 'abc', stdout: '3' }] },
            { language: 'javascript', program, tests: [{ stdin: 'abc', stdout: '4' }] },
          ]),
        )
      ).stdout,
    )
    expect(judged[0].verdict).toMatchObject({
      ok: true,
      why: 'accepted',
      tests: [{ ok: true, why: 'accepted', seconds: expect.any(Number) }],
    })
    expect(judged[1].verdict).toMatchObject({ ok: false, why: 'wrong-answer' })
    const verified = lines(
      (
        await run(
          ['verify'],
          jsonl([
            { kind: 'math', text: '\\boxed{4}', answer: '4' },
            { kind: 'choice', text: 'The answer is (C).', answer: 'B' },
            {
              kind: 'code',
              language: 'javascript',
              text: `\`\`\`js\n${program}\n\`\`\``,
              tests: [{ stdin: 'ab', stdout: '2' }],
            },
            { kind: 'math', text: '\\boxed{4}', answer: '4', finish: 'length' },
          ]),
        )
      ).stdout,
    )
    expect(verified.map((row) => row.verdict)).toMatchObject([
      { ok: true, how: 'exact', detail: '4', compared: { gold: '4', pred: '4', by: 'boxed' } },
      { ok: false, why: 'wrong', detail: 'expected B, found C' },
      { ok: true, how: 'tests', chosen: 0, detail: '1 of 1 tests' },
      { ok: false, why: 'cut-off', detail: expect.any(String) },
    ])
  })

  it('gives the same bytes from one worker, from three, and from shards laid end to end', async () => {
    const file = path.join(folder, 'in.jsonl')
    writeFileSync(
      file,
      jsonl(
        Array.from({ length: 3000 }, (_, k) =>
          k % 700 === 3
            ? 'torn'
            : { k, gold: String(k), pred: `\\boxed{${k % 3 ? k : k + 1}}`, pad: 'ü'.repeat(k % 97) },
        ),
      ).trimEnd(),
    )
    const whole = await run(['grade', '--in', file])
    expect(lines(whole.stdout)).toHaveLength(3000)
    const three = await run(['grade', '--workers', '3'], readFileSync(file))
    expect(three.stderr).toBe(whole.stderr)
    expect(three.stdout === whole.stdout).toBe(true)
    for (const of of [2, 7]) {
      let joined = ''
      for (let index = 1; index <= of; index++)
        joined += (await run(['grade', '--in', file, '--shard', `${index}/${of}`])).stdout
      expect(joined === whole.stdout).toBe(true)
    }
    const more = path.join(folder, 'few.jsonl')
    writeFileSync(
      more,
      jsonl([
        { gold: '1', pred: '1' },
        { gold: '2', pred: '1' },
      ]),
    )
    let joined = ''
    for (let index = 1; index <= 5; index++)
      joined += (await run(['grade', '--in', more, '--shard', `${index}/5`])).stdout
    expect(joined).toBe((await run(['grade', '--in', more])).stdout)
  }, 180_000)

  it('writes a file that has its name only when it is whole', async () => {
    const out = path.join(folder, 'out.jsonl')
    expect(await run(['grade', '--out', out], jsonl([{ gold: '1', pred: '1' }]))).toMatchObject({
      status: 0,
      stdout: '',
    })
    expect(lines(readFileSync(out, 'utf8'))).toHaveLength(1)
    expect(existsSync(`${out}.part`)).toBe(false)
  })

  it('ends with 2 for a wrong call, and says what to type', async () => {
    for (const args of [
      [],
      ['nonsense'],
      ['grade', '--workers', '0'],
      ['grade', '--what'],
      ['grade', '--shard', '1/2'],
      ['grade', '--in', 'x', '--shard', '3/2'],
      ['grade', '--in', path.join(folder, 'not-there')],
      ['grade', '--policy', 'kind'],
      ['grade', '--in'],
    ]) {
      const { status, stdout, stderr } = await run(args)
      expect({ args, status, stdout }).toEqual({ args, status: 2, stdout: '' })
      expect(stderr).toContain('→')
    }
  })

  it('stops without a word when its reader has seen enough', async () => {
    const child = start(['grade'])
    const complaint: Buffer[] = []
    child.stderr!.on('data', (chunk: Buffer) => complaint.push(chunk))
    child.stdin!.on('error', () => {})
    const row = jsonl([{ gold: '1', pred: '1', pad: 'x'.repeat(2000) }])
    let open = true
    const feed = () => {
      while (open && child.stdin!.write(row.repeat(50)));
      if (open) child.stdin!.once('drain', feed)
    }
    feed()
    await new Promise((resolve) => child.stdout!.once('data', resolve))
    child.stdout!.destroy()
    const status = await new Promise((resolve) => child.on('close', resolve))
    open = false
    expect(status).toBe(0)
    expect(Buffer.concat(complaint).toString()).toBe('')
  })

  it('takes empty input for no rows', async () => {
    expect(await run(['verify'])).toEqual({ status: 0, stdout: '', stderr: '' })
    expect((await run(['grade'], '\n\n{"gold":"1","pred":"1"}\r\n')).stdout).toBe(
      '{"gold":"1","pred":"1","equal":true,"how":"exact"}\n',
    )
  })
})
