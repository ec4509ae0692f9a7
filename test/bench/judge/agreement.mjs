// Coding rows that end in every way there is, for comparing verdicts of one run with those of another.

/** Seconds of CPU time for one test of these rows. */
export const LIMIT = 1

/** The verdict that is right, and the program: k makes every one another. */
const WAYS = [
  ['ok', (k) => `n = int(input())\nprint(n * ${k})`],
  ['ok', (k) => `import sys\nprint(sum(int(x) for x in sys.stdin.read().split()) * ${k})`],
  ['wrong', (k) => `n = int(input())\nprint(n * ${k} if n < 3 else 0)`],
  ['runtime-error', (k) => `n = int(input())\nprint(n * ${k})\nassert n < 2`],
  ['compile-error', (k) => `print(${k}`],
  [
    'ok',
    (k) => `class A:\n  def __init__(self): self.n = int(input())\n  def go(self): print(self.n * ${k})\nA().go()`,
  ],
  // Half of its limit of CPU time: right, however many run beside it.
  [
    'ok',
    (k) =>
      `import time\nn = int(input())\nend = time.process_time() + (0.5 if n == 2 else 0)\nwhile time.process_time() < end: pass\nprint(n * ${k})`,
    10,
  ],
  ['time-limit', () => 'while True: pass', 30],
  ['time-limit', () => 'import time\ntime.sleep(60)', 30],
  ['memory-limit', () => 'a = []\nwhile True: a.append(bytearray(1 << 24))', 30],
  ['output-limit', () => 'while True: print("x" * 100000)', 60],
]

/** `count` rows as verify() takes them, each with the verdict that it must get as `want`. */
export function agreementRows(count) {
  return Array.from({ length: count }, (_, k) => {
    const [want, program] = way(k)
    return {
      id: `agreement/${k}`,
      source: 'agreement',
      kind: 'code',
      domain: 'code',
      prompt: 'Multiply.',
      language: 'python',
      text: `\`\`\`python\n${program(k + 2)}\n\`\`\``,
      tests: [1, 2, 3, 4].map((n) => ({ stdin: `${n}\n`, stdout: `${n * (k + 2)}\n` })),
      timeLimit: LIMIT,
      memoryLimit: 256,
      finish: 'stop',
      want,
    }
  })
}

/** Rare ways are costly ones: every 10th, 30th or 60th row. */
function way(k) {
  const rare = WAYS.filter(([, , every]) => every).find(([, , every], n) => k % every === n + 3)
  const usual = WAYS.filter(([, , every]) => !every)
  return rare ?? usual[k % usual.length]
}
