// The code judge: tests a second, and whether a verdict depends on how many run at once or on what else runs.
import { spawn, spawnSync } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

export const title = 'Code judge: speed, and the same verdicts with 1 and 8 workers under load'
export const installs = 'nothing'
export const minutes = 4
export const options = { programs: { type: 'string', default: '300' } }

const trivial = (count, kind) =>
  Array.from({ length: count }, (_, k) => ({
    language: 'python',
    program:
      kind === 'stdin'
        ? `import sys\nd = list(map(int, sys.stdin.read().split()))\nprint(sum(d) * ${k + 3} + ${k})`
        : `def f(a, b):\n  return a * ${k + 3} + b`,
    tests: Array.from({ length: 10 }, (_, j) =>
      kind === 'stdin'
        ? { stdin: `${k} ${j} 1\n`, stdout: `${(k + j + 1) * (k + 3) + k}\n` }
        : { assert: `assert f(${j}, 1) == ${j * (k + 3) + 1}` },
    ),
  }))

/** Programs of every end, some of them near the limit of one second. */
export const mixed = (count) =>
  Array.from({ length: count }, (_, k) => {
    const busy = (seconds) => `import time\nwhile time.process_time() < ${seconds}: pass\nprint(${k})`
    const program = [
      `print(${k})`,
      `print(${k} + 1)`,
      'raise ValueError(1)',
      busy(0.3),
      busy(0.7),
      busy(5),
      `import time\ntime.sleep(0.5)\nprint(${k})`,
      'import time\ntime.sleep(30)',
      'a = []\nwhile True: a.append(bytearray(10**6))',
      `a = list(range(10**6))\nprint(${k})`,
    ][k % 10]
    return { language: 'python', program, tests: [{ stdin: '', stdout: `${k}` }], timeLimit: 1, memoryLimit: 128 }
  })

export async function all(judge, tasks, workers, runner = 'native') {
  const verdicts = []
  let next = 0
  await Promise.all(
    Array.from({ length: workers }, async () => {
      while (next < tasks.length) {
        const at = next++
        verdicts[at] = (await judge(tasks[at], { runner })).why
      }
    }),
  )
  return verdicts
}

export async function run({ root, report, log, options }) {
  const programs = Number(options?.programs ?? 300)
  if (!(Number.isInteger(programs) && programs > 0))
    throw new Error(`--programs is ${options.programs}; a whole number above 0 is needed`)
  // The sizes of the tables below go with it.
  const share = Math.min(1, programs / 300)
  const { judge, closeRunners, pythonRunner } = await import(
    pathToFileURL(path.join(root, 'dist/src/verify/index.js')).href
  )
  const rows = []
  for (const [kind, runner, count] of [
    ['stdin', 'native', 200],
    ['assert', 'native', 60],
    ['stdin', 'pyodide', 20],
  ])
    for (const workers of [1, 2]) {
      const tasks = trivial(Math.max(2, Math.round(count * share)), kind)
      await all(judge, tasks.slice(0, workers), workers, runner)
      const began = performance.now()
      const verdicts = await all(judge, tasks, workers, runner)
      const seconds = (performance.now() - began) / 1000
      const right = verdicts.filter((why) => why === 'accepted').length
      rows.push({
        what: `${runner}, ${kind} tests`,
        workers,
        tests: tasks.length * 10,
        right,
        perSecond: (tasks.length * 10) / seconds,
      })
      log(`${runner} ${kind} ${workers}: ${((tasks.length * 10) / seconds).toFixed(0)} tests/s`)
    }
  // The interpreter that the judge itself uses: a shim of a version manager would be slower.
  const python = ((await pythonRunner()).python ?? 'python3').replace(/ \([^)]*\)$/, '')
  const began = performance.now()
  for (let k = 0; k < 100; k++) spawnSync(python, ['-I', '-S', '-c', 'print(1)'])
  rows.push({
    what: 'python3 -I -S started for each test, nothing isolated',
    workers: 1,
    tests: 100,
    right: 100,
    perSecond: 100_000 / (performance.now() - began),
  })
  const tasks = mixed(programs)
  const quiet = await all(judge, tasks, 1)
  const load = [0, 1].map(() => spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore' }))
  let loud
  try {
    loud = await all(judge, tasks, 8)
  } finally {
    for (const one of load) one.kill('SIGKILL')
  }
  closeRunners()
  const differ = tasks.flatMap((_, k) =>
    quiet[k] === loud[k] ? [] : [`${k}: ${quiet[k]} alone, ${loud[k]} under load`],
  )
  const table = [
    '| what | workers | tests | tests/s |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row.what} | ${row.workers} | ${row.tests} | ${row.perSecond.toFixed(0)} |`),
    '',
    `Verdicts of ${programs} programs alone, and with 8 workers beside two busy loops: ${programs - differ.length} of ${programs} the same.`,
    ...differ.map((line) => `- ${line}`),
  ].join('\n')
  await report('judge-speed', table, { rows, differ })
}
