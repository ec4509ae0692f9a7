// No name and no path is ever run: every script of train/ with names that would do something if they were.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetchFiles, listFiles } from '../../src/train/fetch.js'
import { attach, records, runs, train } from '../../src/train/index.js'
import { Follower } from '../../src/train/job/follow.js'
import { startScript } from '../../src/train/job/start.js'
import { checkpointScript, readState, stateScript } from '../../src/train/job/state.js'
import { requestScript, stopScript } from '../../src/train/job/stop.js'
import { writeFiles } from '../../src/train/job.js'
import { stopPractice } from '../../src/train/practice/machine.js'
import { sbatchLines } from '../../src/train/slurm/options.js'
import { cancelScript, queryScript, submitScript } from '../../src/train/slurm/script.js'
import { NearMachine } from '../../src/train/ssh/near.js'
import { resolveTarget } from '../../src/train/ssh/target.js'
import { sendFile } from '../../src/train/transfer.js'
import { remove, temporary, writeSet } from './train.data.js'
import { randomFrom } from './train.faults.js'

let dir: string
beforeEach(() => {
  dir = temporary()
})
afterEach(async () => {
  await stopPractice(dir)
  remove(dir)
})

const canary = () => path.join(dir, 'canary')

/** Names that do something where they are taken for shell, an option or a pattern. */
function nasty(): string[] {
  const touch = `touch ${canary()}`
  return [
    `$(${touch})`,
    `\`${touch}\``,
    `'; ${touch}; '`,
    `"; ${touch}; "`,
    `a\n${touch}\n`,
    `| ${touch}`,
    `& ${touch} &`,
    `\\'; ${touch} #`,
    '-rf',
    '--help',
    '-n',
    '*',
    '?',
    '~',
    '~root',
    '$HOME',
    ['$', '{IFS}'].join(''),
    '%s%n%d',
    '\\0101',
    'a b  c ',
    ' leading',
    "it's",
    '"quoted"',
    '漢字 é 😀',
    '[a-z]',
    '{a,b}',
    '!!',
    '#comment',
    'a=b',
    'tab\there',
  ]
}

/** Random strings of the signs that matter. */
function fuzzed(count: number): string[] {
  const random = randomFrom(3)
  const signs = [
    "'",
    '"',
    '`',
    '$',
    '(',
    ')',
    '\\',
    ';',
    '&',
    '|',
    '\n',
    ' ',
    '-',
    '*',
    '~',
    '#',
    '!',
    '{',
    '}',
    'a',
    'é',
    `$(touch ${canary()})`,
  ]
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + Math.floor(random() * 8) }, () => signs[Math.floor(random() * signs.length)]).join(''),
  )
}

/** As the name of one file: no slash. What touches the canary then goes by a relative name, from wherever it is run. */
const fileName = (name: string) => name.replaceAll(canary(), 'canary').replaceAll('/', '_')
const untouched = () => expect(existsSync(canary())).toBe(false)

describe('names and paths', () => {
  it('are nothing but names to every script', async () => {
    const near = new NearMachine()
    for (const name of [...nasty(), ...fuzzed(12)].map(fileName)) {
      if (name === '.' || name === '..') continue
      const job = path.join(dir, 'jobs', name)
      const wrote = await near.exec(writeFiles(job, { 'job.json': name, [`x${name}`]: `${name}\n` }))
      expect([name, wrote.code, wrote.stderr]).toEqual([name, 0, ''])
      expect(readFileSync(path.join(job, `x${name}`), 'utf8')).toBe(`${name}\n`)
      mkdirSync(path.join(job, 'attempts'), { recursive: true })
      const scripts = [
        stateScript(job),
        stateScript(job, queryScript(name)),
        checkpointScript(job),
        new Follower().script(job),
        requestScript(job, 'now'),
        stopScript(job, 'TERM'),
        cancelScript(job, name),
      ]
      const { stdout } = await near.exec(scripts.map((script) => `(\n${script}\n)`).join('\necho --\n'))
      expect([name, readState(stdout.toString().split('\n--\n')[0]!).state]).toEqual([name, 'new'])
      expect((await listFiles(near, job)).map((file) => file.path)).toContain(`x${name}`)
    }
    untouched()
    expect(readdirSync(dir).filter((name) => name.includes('canary'))).toEqual([])
  })

  it('are sent and fetched as they are', async () => {
    const near = new NearMachine()
    for (const name of nasty().map(fileName)) {
      const job = path.join(dir, 'job', `f${name}`)
      mkdirSync(job, { recursive: true })
      const local = path.join(dir, `l${name}`)
      writeFileSync(local, name)
      const { createHash } = await import('node:crypto')
      const sha256 = createHash('sha256').update(name).digest('hex')
      await sendFile(near, { local, sha256, remote: `${job}/${name}`, store: `${job}/.files`, sender: 'me' })
      expect(readFileSync(path.join(job, name), 'utf8')).toBe(name)
      const [back] = await fetchFiles(near, job, { what: '?*', to: path.join(dir, 'back', name), id: 'x' })
      expect(existsSync(back!)).toBe(true)
    }
    untouched()
  })

  it('start nothing else with a job', async () => {
    const near = new NearMachine()
    for (const name of nasty().map(fileName)) {
      const job = path.join(dir, `j${name}`, 'tiny-0')
      mkdirSync(job, { recursive: true })
      writeFileSync(path.join(job, 'run.sh'), 'echo "$1" > ran; printf "%s" "$SKYLAB_JOB" > mark\n')
      writeFileSync(path.join(job, 'sbatch'), '#!/bin/sh\necho 1\n')
      const { stdout } = await near.exec(startScript(job, 1))
      expect([name, stdout.toString().split(' ')[0]]).toEqual([name, 'started'])
      expect((await near.exec(startScript(job, 1))).stdout.toString()).toBe('taken\n')
      for (let tries = 0; tries < 100 && !existsSync(path.join(job, 'mark')); tries++)
        await new Promise((done) => setTimeout(done, 20))
      await new Promise((done) => setTimeout(done, 20))
      expect(readFileSync(path.join(job, 'mark'), 'utf8')).toBe(`SKYLAB_JOB=${job}/1;`.slice('SKYLAB_JOB='.length))
      await near.exec(submitScript(job, 2))
    }
    untouched()
  })

  it('are refused where they cannot be a host or an option', async () => {
    for (const name of [...nasty(), ...fuzzed(25)]) {
      const target = await resolveTarget(`ssh://${name}`, '/dev/null').catch((error: Error) => error)
      // What passes is a plain word.
      if (!(target instanceof Error))
        expect(target.host).toMatch(/^[^\s'"`$\\;&<>|(){}*?!#-][^\s'"`$\\;&<>|(){}*?!#]*$/u)
      else expect(target).toMatchObject({ name: 'Stopped' })
      expect(() => sbatchLines({ extra: [`${name}\n#SBATCH --wrap=x`] })).toThrow()
      if (/[\s'"`$\\;#!~{}]/.test(name)) expect(() => sbatchLines({ partition: name })).toThrow()
    }
    untouched()
  })

  it('go through a whole run: set, folder, workspace', async () => {
    const name = `$(touch ${canary()})'"; \`touch ${canary()}\``
    const work = path.join(dir, fileName(`w ${name}`))
    const data = writeSet(work)
    process.env.SKYLAB_SECRET_TOKEN = 'must-not-travel'
    try {
      const run = await train(data, {
        base: `/models/${name}`,
        on: 'practice',
        in: { dir: work },
        folder: `~/f ${fileName(name)}`,
        practice: { seconds: 0.2 },
        env: { HF_HOME: name },
      })
      await run.wait()
      expect(await run.state()).toBe('done')
      expect(readFileSync(path.join(run.dir, 'run.sh'), 'utf8')).not.toContain('must-not-travel')
      const [listed] = await runs({ in: { dir: work } })
      expect(listed).toMatchObject({ id: run.id, state: 'done' })
      expect(records({ dir: work })).toHaveLength(1)
      await expect(attach(name, { in: { dir: work }, on: 'practice' })).rejects.toMatchObject({ code: 'no-run' })
    } finally {
      delete process.env.SKYLAB_SECRET_TOKEN
      await stopPractice(work)
    }
    untouched()
  })
})
