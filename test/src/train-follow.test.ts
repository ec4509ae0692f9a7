// What is read of a log that was renamed: before it was looked at, and after.
import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { Follower } from '../../src/train/job/follow.js'
import { temporaryFolder } from '../tools.js'

const folder = temporaryFolder()
afterEach(() => folder.remove())

it('reads all of a log that was renamed before the first look, and of one renamed after it', () => {
  const log = path.join(folder.folder, 'output/trainer_log.jsonl')
  mkdirSync(path.dirname(log), { recursive: true })
  const follower = new Follower()
  const look = () =>
    follower
      .read(execFileSync('sh', ['-c', follower.script(folder.folder)]))
      .pieces.map(({ bytes }) => bytes.toString())
      .join('')
  writeFileSync(log, 'one\ntwo\n')
  renameSync(log, `${log}.1`)
  writeFileSync(log, 'three\n')
  expect(look()).toBe('one\ntwo\nthree\n')
  expect(look()).toBe('')
  writeFileSync(log, 'three\nfour\n')
  renameSync(log, `${log}.2`)
  writeFileSync(log, 'five\n')
  expect(look()).toBe('four\nfive\n')
})
