// The language threads collect their garbage in the same pause, in one process.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { compiled } from '../../kernel/runtime/locate.js'

// Each asks V8 anew for its collection: many of them, so that those of two threads meet.
const thread = (file: string) => `
import { IdleMemory } from ${JSON.stringify(file)}
globalThis.kept = Array.from({ length: 200_000 }, (_, n) => ({ n, text: 'a' + n }))
for (let times = 0; times < 40; times++) new IdleMemory().idle()
setTimeout(() => process.exit(0), 2100)
`

it('is done by every thread, though all do it at once', async () => {
  const url = new URL(`data:text/javascript,${encodeURIComponent(thread(compiled('language/idle-memory').href))}`)
  const threads = Array.from({ length: 4 }, () => new Worker(url, { execArgv: [] }))
  const ends = await Promise.all(threads.map((each) => once(each, 'exit').catch((error) => [String(error)])))
  expect(ends.map(([end]) => end)).toEqual(threads.map(() => 0))
})
