// A million random pairs through the grader: none may throw, and none may be slow.
import pieces from '../src/grade/pieces.json' with { type: 'json' }

export const title = 'grading: a million random texts, without a crash or a slow case'
export const installs = 'nothing'
export const minutes = 4
export const options = { pairs: { type: 'string', default: '1000000' } }

const PIECES = [...pieces.characters, ...pieces.pieces]

/** @param {import('./tools/index.mjs').Tools} tools */
export async function run(tools) {
  const { grade } = await import('../../dist/src/index.js')
  const pairs = Number(tools.options.pairs)
  let state = 20_261_122
  const next = (most) => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % most
  }
  const text = () =>
    Array.from({ length: 1 + next(next(20) === 0 ? 120 : 16) }, () => PIECES[next(PIECES.length)]).join('')
  const slow = []
  const counts = {}
  let crashes = 0
  const began = performance.now()
  for (let k = 0; k < pairs; k++) {
    const [gold, pred] = [text(), text()]
    const policy = k % 10 === 0 ? 'sky-t1' : 'strict'
    const start = process.cpuUsage()
    try {
      const { equal, why } = grade(gold, pred, { policy })
      counts[equal ? 'equal' : why] = (counts[equal ? 'equal' : why] ?? 0) + 1
    } catch (error) {
      if (crashes++ < 5) tools.log(`crash: ${JSON.stringify([gold, pred])}: ${error.stack}`)
    }
    const { user, system } = process.cpuUsage(start)
    const ms = (user + system) / 1000
    if (ms > 20) slow.push({ ms, gold, pred, policy })
  }
  const seconds = (performance.now() - began) / 1000
  slow.sort((a, b) => b.ms - a.ms)
  for (const one of slow.slice(0, 5)) tools.log(`slow: ${JSON.stringify(one)}`)
  const rows = [
    ['pairs', pairs.toLocaleString('en')],
    ['crashes', crashes],
    ['over 50 ms of computing', slow.filter(({ ms }) => ms > 50).length],
    ['slowest, ms', slow[0]?.ms.toFixed(0) ?? 'below 20'],
    ['pairs/s', Math.round(pairs / seconds).toLocaleString('en')],
    ...Object.entries(counts).map(([outcome, n]) => [outcome, n.toLocaleString('en')]),
  ]
  tools.report('grade-fuzz', tools.markdownTable(['', ''], rows), {
    pairs,
    crashes,
    slow: slow.slice(0, 20),
    counts,
    seconds,
  })
  if (crashes > 0) throw new Error(`${crashes} crashes`)
}
