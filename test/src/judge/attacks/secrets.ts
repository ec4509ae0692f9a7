// Programs that look for the answer, or try to be judged without one.
import type { Attack } from '../attack.js'

export const looking: Attack[] = [
  {
    name: 'the environment',
    program:
      'import os\nprint(sorted(k for k in os.environ if k not in ("PATH", "HOME", "LANG", "LC_CTYPE", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "MALLOC_ARENA_MAX", "PWD")) or "shut")',
    ends: ['accepted'],
  },
  {
    name: 'frames up to the judge',
    program:
      'import sys\nf, seen = sys._getframe(), ""\nwhile f:\n  seen += repr(f.f_locals) + repr(sorted(f.f_globals))\n  f = f.f_back\nprint(seen if "".join(["sh", "ut\\\\n"]) in seen else "shut")',
    ends: ['accepted'],
  },
  {
    name: 'everything that the collector knows',
    program:
      'import gc\nfound = [v for o in gc.get_objects() for v in (o.values() if isinstance(o, dict) else o if isinstance(o, (list, tuple)) else ()) if isinstance(v, str) and v == "".join(["sh", "ut", chr(10)])]\nprint(found or "shut")',
    ends: ['accepted'],
  },
  { name: 'a lucky guess of status', program: 'import os\nos._exit(0)', ends: ['wrong-answer'] },
  { name: 'leaving before the output', program: 'import sys\nsys.exit(0)', ends: ['wrong-answer'] },
  {
    name: 'a report of its own on every file',
    program:
      'import os\nfor fd in range(1, 256):\n  for text in (b\'{"status": "ok", "ok": true}\\n\', b\'\\0\\0\\0\\x10{"status":"done"}\'):\n    try: os.write(fd, text)\n    except OSError: pass',
    ends: ['wrong-answer', 'runtime-error'],
  },
  {
    name: 'its standard files closed',
    program: 'import os\nfor fd in range(0, 256):\n  try: os.close(fd)\n  except OSError: pass',
    ends: ['wrong-answer', 'runtime-error'],
  },
  { name: 'a crash', program: 'import ctypes\nctypes.string_at(0)', ends: ['runtime-error'] },
  {
    name: 'a recursion that overflows the stack',
    program: 'import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1) + 1\nf(0)',
    ends: ['runtime-error', 'memory-limit'],
    timeLimit: 10,
  },
  {
    name: 'output after the end',
    program:
      'import atexit, faulthandler, sys\nfaulthandler.enable()\natexit.register(lambda: print("more"))\nprint("shut")',
    ends: ['wrong-answer'],
  },
]
