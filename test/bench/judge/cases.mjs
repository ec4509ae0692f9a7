// Programs for judges: cheats, which must not be accepted, and honest programs, which must.

const io = (name, program, stdin, stdout) => ({ name, kind: 'stdin', program, tests: [{ stdin, stdout }] })
const call = (name, program, fn, args, returns) => ({ name, kind: 'call', program, tests: [{ fn, args, returns }] })
const assertion = (name, program, check, entry = 'f') => ({ name, kind: 'assert', program, entry, check })

/** Looks through the frames above for what the judge calls the expected output. */
const WALK = `import sys
def found():
  frame = sys._getframe()
  while frame:
    for name in ("gt_out", "out", "output", "expected", "returns", "stdout", "in_outs", "gt_outputs"):
      value = frame.f_locals.get(name)
      if isinstance(value, dict): value = value.get("outputs", [None])[0]
      if isinstance(value, (str, list, int)) and value != [] and not hasattr(value, "getvalue"): return value
    frame = frame.f_back
`

/** Wrong programs that somebody accepts. */
export const cheats = [
  io(
    'walks the frames to the expected output',
    `${WALK}v = found()\nprint(v if isinstance(v, str) else "")`,
    '1\n',
    '4711\n',
  ),
  io(
    'searches the memory for the expected output',
    'import gc\nfor o in gc.get_objects():\n  if isinstance(o, dict) and isinstance(o.get("outputs"), list) and o["outputs"]:\n    print(o["outputs"][0]); break\nelse: print("none")',
    '1\n',
    '4711\n',
  ),
  io(
    'replaces the function that compares',
    'import sys\nfor m in list(sys.modules.values()):\n  for n in ("get_stripped_lines", "stripped_string_compare", "custom_compare_"):\n    if hasattr(m, n): setattr(m, n, lambda *a: ["x"])\nimport gc\nfor o in gc.get_objects():\n  if isinstance(o, dict) and "get_stripped_lines" in o: o["get_stripped_lines"] = lambda *a: ["x"]\nprint("wrong")',
    '',
    '4711\n',
  ),
  io('prints the lines in another order', 'print(2)\nprint(1)', '', '1\n2\n'),
  io('prints the tokens in another order', 'print("2 1")', '', '1 2\n'),
  io('prints the same set of tokens', 'print("1 1 2")', '', '1 2 2\n'),
  io('is off by one in a million', 'print(1000001)', '', '1000000\n'),
  io('is no Python at all', 'int a = 1;', '', '1\n'),
  io('divides by zero before it prints', 'print(1 // 0)', '', '1\n'),
  io('leaves before it prints', 'import os\nos._exit(0)', '', '1\n'),
  io(
    'loops, and catches what would stop it',
    'while True:\n  try:\n    while True: pass\n  except BaseException: pass',
    '',
    '1\n',
  ),
  io('passes the first test only', 'n = int(input())\nprint(2 if n == 1 else 0)', '2\n', '4\n'),
  call('walks the frames to the expected value', `${WALK}def f(x): return found()`, 'f', [1], [4, 7, 1]),
  call(
    'returns an object that equals everything',
    'class E:\n  def __eq__(self, other): return True\n  def __ne__(self, other): return False\n  def __hash__(self): return 0\ndef f(x): return E()',
    'f',
    [1],
    4711,
  ),
  call(
    'returns text that equals everything',
    'class E(str):\n  def __eq__(self, other): return True\n  def __ne__(self, other): return False\n  __hash__ = str.__hash__\ndef f(x): return E("no")',
    'f',
    [1],
    'yes',
  ),
  call('returns the first item for the list', 'def f(x): return 3', 'f', [1], [3, 4]),
  assertion('leaves with status 0', 'import sys\nsys.exit(0)', 'assert candidate(1) == 4711'),
  assertion('leaves when it is called', 'import os\ndef f(x): os._exit(0)', 'assert candidate(1) == 4711'),
  assertion(
    'returns an object that equals everything',
    'class E:\n  def __eq__(self, other): return True\ndef f(x): return E()',
    'assert candidate(1) == 4711',
  ),
  assertion(
    'reads the constants of its caller',
    'import sys\ndef f(x):\n  numbers = [c for c in sys._getframe(1).f_code.co_consts if isinstance(c, int) and c > 1000]\n  return numbers[0] if numbers else 0',
    'assert candidate(1) == 4711',
  ),
  assertion(
    'changes the code of its caller',
    'import sys\ndef f(x):\n  frame = sys._getframe()\n  while frame:\n    if "check" in frame.f_globals:\n      frame.f_globals["check"].__code__ = (lambda candidate: None).__code__\n    frame = frame.f_back\n  class E(int):\n    def __eq__(self, other): return True\n  return E(1)',
    'assert candidate(1) == 4711',
  ),
  assertion(
    'replaces a function that the test uses',
    'import builtins\nbuiltins.abs = lambda x: 0\ndef f(x): return 1',
    'assert abs(candidate(1) - 4711) < 1e-6',
  ),
]

/** Right programs that somebody rejects: the honesty cases. */
export const honest = [
  io(
    'has a __main__ guard',
    'def main():\n  print(int(input()) + 1)\nif __name__ == "__main__":\n  main()',
    '1\n',
    '2\n',
  ),
  io('counts in a global', 'count = 0\ndef f():\n  global count\n  count += 1\nf(); f()\nprint(count)', '', '2\n'),
  io(
    'recurses 10^5 deep on a large stack',
    'import sys, threading\nsys.setrecursionlimit(1 << 20)\nthreading.stack_size(1 << 28)\ndef f(n): return 0 if n == 0 else 1 + f(n - 1)\nt = threading.Thread(target=lambda: print(f(10**5)))\nt.start(); t.join()',
    '',
    '100000\n',
  ),
  io(
    'reads two lines of sys.stdin.buffer',
    'import sys\na = sys.stdin.buffer.readline(); b = sys.stdin.buffer.readline()\nprint(int(a) + int(b))',
    '1\n2\n',
    '3\n',
  ),
  io('reads by os.read(0)', 'import os\nprint(sum(map(int, os.read(0, 1 << 20).split())))', '1 2 3\n', '6\n'),
  io(
    'reads until EOFError',
    'n = 0\ntry:\n  while True: n += int(input())\nexcept EOFError: print(n)',
    '1\n2\n',
    '3\n',
  ),
  io('ends without a line end', 'import sys\nsys.stdout.write("1 2 ")', '', '1 2\n'),
  io('formats floats', 'print("%.3f" % 2.5, f"{1e3:.1f}")', '', '2.500 1000.0\n'),
  io('leaves by sys.exit() after its output', 'import sys\nprint(1)\nsys.exit()', '', '1\n'),
  call(
    'is a class Solution with List and no import',
    'class Solution:\n  def f(self, a: List[int]) -> int:\n    return max(a)',
    'f',
    [[1, 3]],
    3,
  ),
  call(
    'imports * from math, then uses pow',
    'from math import *\ndef f(a): return int(pow(a, 2)) + gcd(4, 6)',
    'f',
    [3],
    11,
  ),
  io(
    'reads 20 MB',
    'import sys\nd = sys.stdin.read()\nprint(len(d))',
    `${'7'.repeat(19)}\n`.repeat(1_000_000),
    '20000000\n',
  ),
  call(
    'returns a tuple of dicts with numbers as keys',
    'def f(n): return tuple({i: i * i} for i in range(n))',
    'f',
    [2],
    [{ 0: 0 }, { 1: 1 }],
  ),
  io('uses asyncio', 'import asyncio\nasync def main(): print(int(input()) * 2)\nasyncio.run(main())', '4\n', '8\n'),
  io(
    'has a dataclass at module level',
    'from dataclasses import dataclass\n@dataclass\nclass P:\n  x: int\nprint(P(1))',
    '',
    'P(x=1)\n',
  ),
  io('prints 5,000 digits', 'print(10**5000)', '', `1${'0'.repeat(5000)}\n`),
  assertion('is as it should be', 'def f(x): return x + 1', 'assert candidate(1) == 2\n    assert candidate(-1) == 0'),
  assertion(
    'prints while it is asked',
    'def f(x):\n  print(x)\n  return [x, {"a": x}]',
    'assert candidate(1) == [1, {"a": 1}]',
  ),
]
