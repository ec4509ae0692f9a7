// Honest programs that in-process judges reject: each must pass, natively and in Pyodide where Pyodide can.
import { afterAll, describe, expect, it } from 'vitest'
import { closeRunners, judge, pythonRunner, type Task } from '../../src/verify/index.js'

const native = await pythonRunner()
afterAll(closeRunners)

const io = (program: string, stdin: string, stdout: string, more: Partial<Task> = {}): Task => ({
  language: 'python',
  program,
  tests: [{ stdin, stdout }],
  timeLimit: 6,
  ...more,
})
const call = (program: string, fn: string, args: unknown[], returns: unknown): Task => ({
  language: 'python',
  program,
  tests: [{ fn, args, returns }],
  timeLimit: 6,
})

/** The name, the program, and whether Pyodide (no threads, no files of the host) can run it. */
const honest: [string, Task, boolean][] = [
  [
    'a __main__ guard',
    io('def main():\n  print(int(input()) + 1)\nif __name__ == "__main__":\n  main()', '1', '2'),
    true,
  ],
  ['a global counter', io('count = 0\ndef f():\n  global count\n  count += 1\nf(); f()\nprint(count)', '', '2'), true],
  [
    'recursion 10^5 deep on a large stack',
    io(
      'import sys, threading\nsys.setrecursionlimit(1 << 20)\nthreading.stack_size(1 << 28)\ndef f(n): return 0 if n == 0 else 1 + f(n - 1)\ndef main(): print(f(10**5))\nt = threading.Thread(target=main)\nt.start()\nt.join()',
      '',
      '100000',
    ),
    false,
  ],
  [
    'sys.stdin.buffer, line by line',
    io(
      'import sys\na = sys.stdin.buffer.readline(); b = sys.stdin.buffer.readline()\nprint(int(a) + int(b))',
      '1\n2\n',
      '3',
    ),
    true,
  ],
  ['os.read(0)', io('import os\nprint(sum(map(int, os.read(0, 1 << 20).split())))', '1 2 3', '6'), false],
  ['open(0)', io('print(sum(map(int, open(0).read().split())))', '1 2 3', '6'), false],
  ['fileinput', io('import fileinput\nprint(sum(int(line) for line in fileinput.input()))', '1\n2\n', '3'), true],
  [
    'input() until EOFError',
    io('n = 0\ntry:\n  while True: n += int(input())\nexcept EOFError: print(n)', '1\n2\n', '3'),
    true,
  ],
  ['no line end, spaces at line ends', io('print("1 2 ")\nprint("3", end="")', '', '1 2\n3\n'), true],
  [
    'formatted floats',
    io('print("%.3f" % 2.5, f"{1e3:.1f}", 0.1 + 0.2)', '', '2.500 1000.0 0.30000000000000004'),
    true,
  ],
  ['sys.exit() after the output', io('import sys\nprint(1)\nsys.exit()', '', '1'), true],
  [
    'class Solution with List and no import',
    call('class Solution:\n  def f(self, a: List[int]) -> Optional[int]:\n    return max(a)', 'f', [[1, 3]], 3),
    true,
  ],
  [
    'star imports, then pow with a modulus',
    call('from math import *\nfrom builtins import pow\ndef f(a): return pow(a, 5, 7) + gcd(4, 6)', 'f', [3], 7),
    true,
  ],
  [
    'pow with a modulus and no import',
    call('def f(a): return pow(a, 5, 7) + len(ascii_lowercase)', 'f', [3], 31),
    true,
  ],
  [
    '20 MB of input',
    io(
      'import sys\nd = sys.stdin.buffer.read()\nprint(len(d), d.count(b"\\n"))',
      `${'7'.repeat(19)}\n`.repeat(1_000_000),
      '20000000 1000000',
    ),
    false,
  ],
  [
    'a tuple for a list, numbers as keys',
    call('def f(n): return {i: (i, i * i) for i in range(n)}', 'f', [2], { 0: [0, 0], 1: [1, 1] }),
    true,
  ],
  [
    'a tuple as a key, a deque, a fraction',
    call(
      'from fractions import Fraction\nfrom collections import deque\ndef f(): return [{(1, 2): deque([1])}, Fraction(1, 2), {1: None, True: 2}]',
      'f',
      [],
      [{ '(1, 2)': [1] }, 0.5, { 1: 2 }],
    ),
    true,
  ],
  [
    'whole numbers as keys of an argument',
    call(
      'def f(d): return sorted(d)[0] + 1',
      'f',
      [
        {
          $dict: [
            [3, 'x'],
            [5, 'y'],
          ],
        },
      ],
      4,
    ),
    true,
  ],
  [
    'a float that is whole',
    call('def f(x): return [x.is_integer(), str(x)]', 'f', [{ $number: '2.0' }], [true, '2.0']),
    true,
  ],
  [
    'asyncio.run',
    io(
      'import asyncio\nasync def main():\n  await asyncio.sleep(0)\n  print(int(input()) * 2)\nasyncio.run(main())',
      '4',
      '8',
    ),
    false,
  ],
  [
    'a dataclass at module level',
    io(
      'from dataclasses import dataclass, field\n@dataclass(order=True)\nclass P:\n  x: int\n  y: list = field(default_factory=list)\nprint(P(1), sorted([P(2), P(1)])[0].x)',
      '',
      'P(x=1, y=[]) 1',
    ),
    true,
  ],
  ['5,000 digits', io('print(10**5000)', '', `1${'0'.repeat(5000)}`), true],
  [
    'an enum, a namedtuple, pickling of its own class',
    io(
      'import pickle, enum, collections\nclass C(enum.Enum):\n  A = 1\nP = collections.namedtuple("P", "x")\nprint(pickle.loads(pickle.dumps(C.A)).name)',
      '',
      'A',
    ),
    true,
  ],
]

describe.each([...(native.runner === 'native' ? (['native'] as const) : []), 'pyodide' as const])(
  '%s accepts',
  (runner) => {
    it.each(honest.filter(([, , pyodide]) => runner === 'native' || pyodide))('%s', async (_name, task) => {
      const verdict = await judge(task, { runner })
      expect(`${verdict.why} ${verdict.detail ?? ''}`.trim()).toBe('accepted')
    })
  },
)

describe.runIf(native.runner === 'native')('a large output (skipped: bubblewrap or python3 is not here)', () => {
  it('of 50 MB is compared whole, and one byte counts', { timeout: 60_000 }, async () => {
    const stdout = 'abcdefghi\n'.repeat(5_000_000)
    const program = 'import sys\nfor _ in range(50): sys.stdout.write("abcdefghi\\n" * 100000)\n'
    expect(await judge(io(program, '', stdout))).toMatchObject({ ok: true })
    expect(await judge(io(`${program}print(1)`, '', stdout))).toMatchObject({ ok: false, why: 'wrong-answer' })
  })
})
