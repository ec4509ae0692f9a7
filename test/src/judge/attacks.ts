// Programs that try to hurt the machine, to learn what they should not, or to pass without solving anything.

import type { Task, TestVerdict } from '../../../src/verify/code/judge.js'

type Why = TestVerdict['why']

export interface Attack {
  name: string
  program: string
  /** What may become of it. A program that finds the door shut prints `shut`, and that is accepted. */
  ends: Why[]
  stdin?: string
  timeLimit?: number
  memoryLimit?: number
}

const REFUSED: Why[] = ['runtime-error', 'time-limit', 'memory-limit', 'output-limit', 'wrong-answer']

/** Prints `shut` where the line raises or gives something false. */
const tried = (setup: string, ...tries: string[]): string =>
  `${setup}\ndef go():\n  found = []\n${tries
    .map((line) => `  try:\n    if ${line}: found.append(${JSON.stringify(line)})\n  except BaseException: pass\n`)
    .join('')}  return found\nprint(go() or "shut")`

/** A system call by its number on x86_64 and aarch64; -1 is a refusal. */
const call = (x86: number, arm: number, ...args: string[]): string =>
  `libc.syscall(${['x86_64 and', String(x86), 'or', String(arm)].join(' ')}${args.map((arg) => `, ${arg}`).join('')}) >= 0`
const SYSTEM =
  'import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\nx86_64 = os.uname().machine == "x86_64"\nbuffer = ctypes.create_string_buffer(4096)'

export const attacks: Attack[] = [
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

  // Other processes.
  {
    name: 'a signal to all',
    program: 'import os\ntry: os.kill(-1, 9)\nexcept OSError: print("shut")',
    ends: ['accepted', ...REFUSED],
  },
  {
    name: 'a signal to the parent',
    program: 'import os\nprint("shut" if os.getppid() == 0 else os.kill(os.getppid(), 9))',
    ends: ['accepted'],
  },
  {
    name: 'a signal to the group',
    program: 'import os, signal\nos.killpg(0, signal.SIGKILL)\nprint("shut")',
    ends: ['accepted', ...REFUSED],
  },
  {
    name: 'the parent stopped',
    program: 'import os, signal\ntry: os.kill(os.getppid(), signal.SIGSTOP)\nexcept OSError: pass\nprint("shut")',
    ends: ['accepted', 'time-limit', 'runtime-error'],
    timeLimit: 1,
  },
  {
    name: 'other processes traced and read',
    program: tried(
      SYSTEM,
      ...[1, 2, 3, 4].flatMap((pid) => [`libc.ptrace(16, ${pid}, 0, 0) >= 0`]),
      call(310, 270, '2', 'buffer', '1', 'buffer', '1', '0'),
      call(434, 434, '2', '0'),
    ),
    ends: ['accepted'],
  },
  {
    name: 'a daemon by double fork',
    program:
      'import os, time\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0:\n    for f in (0, 1, 2): os.close(f)\n    time.sleep(60)\n  os._exit(0)\nos.wait()\nprint("shut")',
    ends: ['accepted'],
  },
  {
    name: 'another process by its number',
    program:
      'import os\nfound = []\nfor p in range(2, 4000):\n  try:\n    os.kill(p, 0)\n    found.append(p)\n  except OSError: pass\nprint(found or "shut")',
    ends: ['accepted'],
  },
  {
    name: 'priority and processors',
    program: tried(
      'import os',
      'os.nice(-5) < 0',
      'os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) is None',
    ),
    ends: ['accepted'],
  },

  // Files.
  {
    name: '/proc and /sys',
    program:
      'import os\nprint([p for p in ("/proc/1", "/proc/self/mem", "/sys/fs", "/proc/sys") if os.path.exists(p)] or "shut")',
    ends: ['accepted'],
  },
  {
    name: 'files of people',
    program:
      'import os\nprint([p for p in ("/root", "/home", "/etc/passwd", "/etc/shadow", "/var", "/run", "/work", "/boot") if os.path.exists(p)] or "shut")',
    ends: ['accepted'],
  },
  {
    name: 'writing to the system',
    program: tried(
      '',
      ...['/usr/x', '/x', '/etc/x', '/dev/x', '/bin/x'].map((file) => `open(${JSON.stringify(file)}, "w")`),
    ),
    ends: ['accepted'],
  },
  {
    name: 'a module put in the way of others',
    program: tried(
      'import sys, os',
      ...['os.path.dirname(os.__file__)'].flatMap((folder) => [
        `open(${folder} + "/sitecustomize.py", "w")`,
        `open(${folder} + "/__pycache__/os.cpython-311.pyc", "wb")`,
        `os.rename(${folder} + "/json", ${folder} + "/x") is None`,
      ]),
    ),
    ends: ['accepted'],
  },
  {
    name: 'a symbolic link out',
    program: tried(
      'import os\nos.symlink("/proc/1/root/etc/passwd", "a")\nos.symlink("/../../../../etc/shadow", "b")',
      'open("a").read()',
      'open("b").read()',
    ),
    ends: ['accepted'],
  },
  {
    name: 'devices',
    program: tried(
      'import os',
      'open("/dev/mem", "rb")',
      'open("/dev/sda", "rb")',
      'open("/dev/vda", "rb")',
      'open("/dev/kmsg")',
      'os.mknod("d", 0o60666, os.makedev(8, 0)) is None',
    ),
    ends: ['accepted'],
  },
  {
    name: 'open files left to it',
    program:
      'import os\nfound = []\nfor fd in range(5, 256):\n  try:\n    os.fstat(fd)\n    found.append(fd)\n  except OSError: pass\nprint(found or "shut")',
    ends: ['accepted'],
  },
  {
    name: 'a mount',
    program: tried(
      SYSTEM,
      'libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) >= 0',
      'libc.umount2(b"/tmp", 2) >= 0',
      'libc.mount(b"/", b"/tmp", None, 4096, None) >= 0',
      call(430, 430, 'b"tmpfs"', '0'),
    ),
    ends: ['accepted'],
  },
  {
    name: 'a root of its own',
    program: tried('import os\nos.mkdir("r")', 'os.chroot("r") is None'),
    ends: ['accepted'],
  },
  {
    name: 'namespaces of its own',
    program: tried(
      SYSTEM,
      ...['0x10000000', '0x20000000', '0x20000', '0x40000000', '0x8000000'].map((flag) => `libc.unshare(${flag}) >= 0`),
      call(56, 220, '0x10000000 | 17', '0', '0', '0', '0'),
    ),
    ends: ['accepted'],
  },
  {
    name: 'a program of another user',
    program: tried(
      'import os, subprocess',
      'os.setuid(1) is None',
      'os.setgid(1) is None',
      'os.setgroups([0]) is None',
      'subprocess.run(["su", "-c", "true"], capture_output=True).returncode == 0',
    ),
    ends: ['accepted'],
  },
  {
    name: 'keys of the kernel',
    program: tried(SYSTEM, call(250, 219, '0', '-3', '0'), call(248, 217, 'b"user"', 'b"x"', 'b"y"', '1', '-2')),
    ends: ['accepted'],
  },
  {
    name: 'the kernel itself',
    program: tried(
      SYSTEM,
      call(321, 280, '5', 'buffer', '64'),
      call(425, 425, '4', 'buffer'),
      call(298, 241, 'buffer', '0', '-1', '-1', '0'),
      call(323, 282, '0'),
      call(175, 105, 'buffer', '1', 'b""'),
      call(170, 161, 'b"x"', '1'),
    ),
    ends: ['accepted'],
  },
  {
    name: 'a folder that nobody may open',
    program:
      'import os\nos.makedirs("d/e")\nopen("d/e/f", "w").close()\nos.chmod("d/e", 0)\nos.chmod("d", 0)\nos.chmod("/tmp", 0)\nprint("shut")',
    ends: ['accepted'],
  },

  // The network.
  {
    name: 'TCP, UDP and the name service',
    program: tried(
      'import socket\ndef tcp(a):\n  socket.create_connection(a, timeout=1)\n  return True\ndef udp():\n  s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n  return s.sendto(b"x", ("127.0.0.1", 53))',
      'tcp(("127.0.0.1", 22))',
      'tcp(("8.8.8.8", 53))',
      'udp()',
      'socket.getaddrinfo("example.com", 80)',
      'socket.socket(socket.AF_INET6, socket.SOCK_STREAM)',
      'socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)',
      'socket.socket(socket.AF_PACKET, socket.SOCK_RAW)',
    ),
    ends: ['accepted'],
  },
  {
    name: 'a port of its own',
    program: tried('import socket', 'socket.socket().bind(("0.0.0.0", 8080)) is None'),
    ends: ['accepted'],
  },
  {
    name: 'sockets by name',
    program: tried(
      'import socket, glob\ndef to(a):\n  s = socket.socket(socket.AF_UNIX)\n  s.settimeout(1)\n  s.connect(a)\n  return True',
      'to("/run/dbus/system_bus_socket")',
      'to("/var/run/docker.sock")',
      'to("\\0/tmp/.X11-unix/X0")',
      'glob.glob("/run/*")',
    ),
    ends: ['accepted'],
  },

  // Learning what it should not.
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

export const asTask = (attack: Attack): Task => ({
  language: 'python',
  program: attack.program,
  tests: [{ stdin: attack.stdin ?? '', stdout: 'shut\n' }],
  timeLimit: attack.timeLimit ?? 2,
  memoryLimit: attack.memoryLimit ?? 256,
})
