// Programs that use up memory, processes, disk, output or time.
import { type Attack, call, REFUSED, SYSTEM, tried } from '../attack.js'

export const usingUp: Attack[] = [
  // Using everything up.
  {
    name: 'a fork bomb',
    program: 'import os\nwhile True:\n  try: os.fork()\n  except OSError: pass',
    ends: REFUSED,
    timeLimit: 1,
  },
  {
    name: 'forks that sleep',
    program:
      'import os, time\nwhile True:\n  try:\n    if os.fork() == 0: time.sleep(60)\n  except OSError: time.sleep(60)',
    ends: REFUSED,
    timeLimit: 1,
  },
  {
    name: 'a bomb of threads',
    program: 'import threading, time\nfor i in range(10**5): threading.Thread(target=time.sleep, args=(60,)).start()',
    ends: REFUSED,
    timeLimit: 1,
  },
  { name: 'one huge string', program: 'x = "x" * 10**10\nprint("shut")', ends: ['memory-limit'] },
  {
    name: 'a slow leak',
    program: 'a = []\nwhile True: a.append(bytearray(10**5))',
    ends: ['memory-limit'],
    memoryLimit: 128,
    timeLimit: 5,
  },
  {
    name: 'a leak that swallows MemoryError',
    program: 'a = []\nwhile True:\n  try: a.append(bytearray(10**6))\n  except MemoryError: pass',
    ends: ['memory-limit', 'time-limit'],
    memoryLimit: 128,
  },
  {
    name: 'memory over several processes',
    program:
      'import os, time\nfor k in range(12):\n  if os.fork() == 0:\n    a = bytearray(60 << 20)\n    for i in range(0, len(a), 4096): a[i] = 1\n    time.sleep(30)\ntime.sleep(30)',
    ends: ['memory-limit'],
    memoryLimit: 256,
    timeLimit: 4,
  },
  {
    name: 'memory mapped and shared',
    program:
      'import mmap\nkept = []\nwhile True:\n  m = mmap.mmap(-1, 16 << 20)\n  for i in range(0, 16 << 20, 4096): m[i] = 1\n  kept.append(m)',
    ends: ['memory-limit', 'runtime-error'],
    memoryLimit: 128,
    timeLimit: 5,
  },
  {
    name: 'a decompression bomb',
    program:
      'import zlib\nx = zlib.compress(b"0" * 10**7)\nd = zlib.decompressobj()\nout = []\nwhile True: out.append(zlib.decompress(x))',
    ends: ['memory-limit'],
    memoryLimit: 128,
    timeLimit: 5,
  },
  { name: 'a flood of output', program: 'while True: print("x" * 100000)', ends: ['output-limit'] },
  {
    name: 'a flood of complaints',
    program: 'import sys\nwhile True: sys.stderr.write("x" * 100000)',
    ends: ['output-limit', 'time-limit'],
  },
  {
    name: 'a full disk',
    program: 'k = 0\nwhile True:\n  k += 1\n  with open("f%d" % k, "wb") as f: f.write(b"x" * 10**6)',
    ends: ['runtime-error', 'memory-limit'],
    timeLimit: 5,
  },
  {
    name: 'one huge file',
    program: 'f = open("big", "wb")\nwhile True: f.write(b"x" * 10**6)',
    ends: ['runtime-error', 'output-limit'],
  },
  {
    name: 'a million small files',
    program: 'for k in range(10**6): open("f%d" % k, "w").close()',
    ends: ['runtime-error'],
    timeLimit: 10,
  },
  {
    name: 'a million folders, deep',
    program: 'import os\nfor k in range(10**6):\n  os.mkdir("d")\n  os.chdir("d")',
    ends: ['runtime-error'],
    timeLimit: 10,
  },
  {
    name: 'files in /dev/shm',
    program: 'k = 0\nwhile True:\n  k += 1\n  with open("/dev/shm/f%d" % k, "wb") as f: f.write(b"x" * 10**6)',
    ends: ['runtime-error', 'memory-limit'],
    timeLimit: 5,
  },
  {
    name: 'a sparse file of a terabyte',
    program: tried('', 'open("s", "wb").truncate(1 << 40) >= 0'),
    ends: ['accepted', 'output-limit'],
  },
  {
    name: 'open files without end',
    program:
      'import os\na = []\ntry:\n  while True: a.append(os.open("/dev/null", 0))\nexcept OSError: print("shut" if len(a) < 200 else len(a))',
    ends: ['accepted'],
  },
  {
    name: 'pipes filled to the brim',
    program:
      'import os, fcntl\nn = 0\ntry:\n  while True:\n    r, w = os.pipe()\n    os.set_blocking(w, False)\n    try: fcntl.fcntl(w, 1031, 1 << 20)\n    except OSError: pass\n    try: n += os.write(w, b"x" * (1 << 20))\n    except BlockingIOError: pass\nexcept OSError: print("shut" if n < (70 << 20) else n)',
    ends: ['accepted'],
  },
  {
    name: 'the limits raised',
    program: tried(
      'import resource\ninfinite = (resource.RLIM_INFINITY,) * 2',
      ...['AS', 'CPU', 'FSIZE', 'NOFILE', 'NPROC', 'CORE'].map(
        (name) => `resource.setrlimit(resource.RLIMIT_${name}, infinite) is None`,
      ),
    ),
    ends: ['accepted'],
  },
  {
    name: 'memory that no process holds',
    program: tried(
      SYSTEM,
      'os.memfd_create("x") >= 0',
      call(29, 194, '0', '1 << 20', '0o1777'),
      call(68, 186, '0', '0o1777'),
      call(64, 190, '0', '4', '0o1777'),
    ),
    ends: ['accepted'],
  },

  // Time.
  { name: 'a loop', program: 'while True: pass', ends: ['time-limit'], timeLimit: 1 },
  { name: 'a sleeper', program: 'import time\ntime.sleep(100)', ends: ['time-limit'], timeLimit: 1 },
  {
    name: 'a loop that catches everything',
    program:
      'import signal\nfor s in range(1, 65):\n  try: signal.signal(s, signal.SIG_IGN)\n  except (OSError, ValueError): pass\nwhile True:\n  try:\n    while True: pass\n  except BaseException: pass',
    ends: ['time-limit'],
    timeLimit: 1,
  },
  {
    name: 'a regular expression that never ends',
    program: 'import re\nre.match(r"(a+)+$", "a" * 60 + "b")',
    ends: ['time-limit'],
    timeLimit: 1,
  },
  { name: 'a power that never ends', program: '10 ** 10 ** 8', ends: ['time-limit', 'memory-limit'], timeLimit: 1 },
  {
    name: 'itself stopped',
    program: 'import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nprint("shut")',
    ends: ['accepted', 'time-limit'],
    timeLimit: 1,
  },
  {
    name: 'a thread that outlives the program',
    program: 'import threading, time\nthreading.Thread(target=time.sleep, args=(100,)).start()\nprint("shut")',
    ends: ['time-limit'],
    timeLimit: 1,
  },
  {
    name: 'work given to a child',
    program: 'import os\nif os.fork() == 0:\n  while True: pass\nos.wait()',
    ends: ['time-limit'],
    timeLimit: 1,
  },
  {
    name: 'the clock of Python set back',
    program:
      'import time\ntime.time = time.perf_counter = time.monotonic = time.process_time = lambda: 0.0\nwhile True: pass',
    ends: ['time-limit'],
    timeLimit: 1,
  },
  {
    name: 'a waiting for input that is not there',
    program: 'import sys, os\nr, w = os.pipe()\nos.read(r, 1)',
    ends: ['time-limit'],
    timeLimit: 1,
  },
  {
    name: 'a tracer in the way',
    program: 'import sys\ndef t(*a):\n  while True: pass\nsys.settrace(t)\ndef f(): pass\nf()',
    ends: ['time-limit'],
    timeLimit: 1,
  },
]
