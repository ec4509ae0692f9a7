/** Programs that try to pass a test of assertions without solving it. */
export const cheats: { name: string; program: string; assert?: string }[] = [
  { name: 'a function by another name', program: 'def plus(a, b): return a + b', assert: 'assert add(1, 2) == 3' },
  { name: 'leaving early', program: 'import sys\nsys.exit(0)' },
  { name: 'leaving at once', program: 'import os\nos._exit(0)' },
  { name: 'leaving inside the call', program: 'import os\ndef f(*a): os._exit(0)' },
  { name: 'leaving inside the call, politely', program: 'import sys\ndef f(*a): sys.exit(0)' },
  {
    name: 'a value that equals everything',
    program:
      'class E:\n  def __eq__(s, o): return True\n  def __ne__(s, o): return False\n  def __hash__(s): return 0\ndef f(*a): return E()',
  },
  {
    name: 'a number that equals everything',
    program:
      'class E(int):\n  def __eq__(s, o): return True\n  def __ne__(s, o): return False\n  __hash__ = int.__hash__\ndef f(*a): return E(0)',
  },
  {
    name: 'a list of such',
    program: 'class E:\n  def __eq__(s, o): return True\ndef f(*a): return [E(), E(), E()]',
    assert: 'assert f(1) == [1, 2, 3]',
  },
  {
    name: 'a value within any distance',
    program:
      'class E(float):\n  def __sub__(s, o): return 0.0\n  __rsub__ = __sub__\n  def __abs__(s): return 0.0\ndef f(*a): return E(5)',
    assert: 'assert abs(f(1) - 42) < 1e-6',
  },
  {
    name: 'an object within any distance',
    program: 'class E:\n  def __sub__(s, o): return 0.0\n  __rsub__ = __sub__\ndef f(*a): return E()',
    assert: 'assert abs(f(1) - 42) < 1e-6',
  },
  {
    name: 'a container of everything',
    program:
      'class E:\n  def __contains__(s, o): return True\n  def __iter__(s): return iter(())\n  def __len__(s): return 1\ndef f(*a): return E()',
    assert: 'assert 42 in f(1)',
  },
  {
    name: 'a function that is a class',
    program: 'class f:\n  def __init__(s, *a): pass\n  def __eq__(s, o): return True',
  },
  {
    name: 'a class that is compared',
    program:
      'class M(type):\n  def __eq__(s, o): return True\n  __hash__ = type.__hash__\nclass E(metaclass=M): pass\ndef f(*a): return E',
  },
  {
    name: 'builtins of its own',
    program:
      'import builtins\nbuiltins.abs = lambda x: 0\nbuiltins.all = lambda x: True\nbuiltins.len = lambda x: 3\nbuiltins.AssertionError = ZeroDivisionError\nabs, all, len = builtins.abs, builtins.all, builtins.len\ndef f(*a): return 7',
    assert: 'assert all(f(x) == 42 for x in (1, 2)) and abs(f(1) - 42) < 1',
  },
  {
    name: 'a module of its own',
    program:
      'import math\nmath.isclose = lambda *a, **k: True\nclass math: isclose = staticmethod(lambda *a, **k: True)\ndef f(*a): return 7',
    assert: 'import math\nassert math.isclose(f(1), 42)',
  },
  {
    name: 'a module of its own, not imported by the test',
    program: 'class math: isclose = staticmethod(lambda *a, **k: True)\ndef f(*a): return 7',
    assert: 'assert math.isclose(f(1), 42)',
  },
  {
    name: 'a check of its own',
    program: 'def check(f): pass\ndef f(*a): return 7',
    assert: 'def check(f):\n  assert f(1) == 42\ncheck(f)',
  },
  {
    name: 'the assertion found in the frames',
    program:
      'import sys\ndef f(*a):\n  g = sys._getframe()\n  while g:\n    for v in list(g.f_locals.values()) + list(g.f_globals.values()):\n      if isinstance(v, (str, bytes, bytearray)) and "".join(["== ", "42"]) in (v if isinstance(v, str) else bytes(v).decode("latin1")): return 42\n    g = g.f_back',
  },
  {
    name: 'the assertion found by the collector',
    program:
      'import gc\ndef f(*a):\n  for o in gc.get_objects():\n    for v in (o.values() if isinstance(o, dict) else o if isinstance(o, (list, tuple)) else ()):\n      if isinstance(v, (str, bytes, bytearray)) and "".join(["== ", "42"]) in (v if isinstance(v, str) else bytes(v).decode("latin1")): return 42',
  },
  {
    name: 'the harness found by the collector and bent',
    program:
      'import gc, types\nfor o in gc.get_objects():\n  if isinstance(o, types.FunctionType) and o.__name__ in ("run", "examine", "execute", "leave", "tell", "failed", "reporter", "keep"):\n    try: o.__code__ = (lambda *a: None).__code__\n    except BaseException: pass\ndef f(*a): return 7',
  },
  {
    name: 'the end reported by itself',
    program:
      'import sys, os, json\ng = sys._getframe()\nwhile g:\n  for v in list(g.f_locals.values()) + list(g.f_globals.values()):\n    if isinstance(v, str) and len(v) == 32:\n      for fd in range(0, 130):\n        try: os.write(fd, (v + " " + json.dumps({"status": "end"}) + "\\n").encode())\n        except OSError: pass\n    if callable(v) and getattr(v, "__name__", "") == "tell":\n      try: v({"status": "end"})\n      except BaseException: pass\n  g = g.f_back\nos._exit(0)',
  },
  {
    name: 'answers forged on the line',
    program:
      'import os, struct\ndef put(t):\n  for fd in range(3, 130):\n    try: os.write(fd, struct.pack(">I", len(t)) + t)\n    except OSError: pass\nput(b\'["ready"]\')\nfor k in range(50): put(b\'["value",true,[]]\')\nput(b\'["end"]\')\nos._exit(0)',
  },
  {
    name: 'nonsense on the line',
    program:
      'import os, struct\ndef put(t):\n  for fd in range(3, 130):\n    try: os.write(fd, struct.pack(">I", len(t)) + t)\n    except OSError: pass\nput(b\'["ready"]\')\nput(b"[" * 100000)\nput(b\'["value",["x",{}],[["l",99,[]]]]\')\ndef f(*a): return 7',
  },
  {
    name: 'an unending flood on the line',
    program:
      'import os, struct\nos.write(4, struct.pack(">I", 9) + b\'["ready"]\')\nwhile True: os.write(4, struct.pack(">I", 2) + b"[]")',
  },
  {
    name: 'excepthook and settrace',
    program:
      'import sys\nsys.excepthook = lambda *a: None\nsys.settrace(lambda *a: None)\nimport threading\nthreading.settrace(lambda *a: None)\ndef f(*a): return 7',
  },
  {
    name: 'an exception that is also an AssertionError',
    program: 'class X(SystemExit, AssertionError): code = 0\ndef f(*a): raise X(0)',
  },
  {
    name: 'the test’s own function called back',
    program:
      'def f(g):\n  try: g.__globals__["wanted"] = 7\n  except BaseException: pass\n  try: g.__code__ = (lambda: 7).__code__\n  except BaseException: pass\n  return 7',
    assert: 'wanted = 42\ndef given(): return 1\nassert f(given) == wanted',
  },
  {
    name: 'a change of the test’s own list',
    program: 'def f(a):\n  a[:] = [7]\n  return 7',
    assert: 'wanted = [42]\nassert f([1]) == wanted[0]',
  },
  {
    name: 'a generator that never ends',
    program: 'def f(*a):\n  while True: yield 7',
    assert: 'assert list(f(1)) == [42]',
  },
  { name: 'a recursion without end', program: 'def f(*a): return f(*a)' },
  {
    name: 'every exception swallowed',
    program: 'def f(*a):\n  try: return g(*a)\n  except BaseException: return None',
  },
]
