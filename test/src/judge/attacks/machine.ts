// Programs that reach for other processes, files and the network.
import { type Attack, call, REFUSED, SYSTEM, tried } from '../attack.js'

export const reachingOut: Attack[] = [
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
]
