"""The fork server inside the sandbox: trusted code that runs untrusted programs, one test at a time.

It is started once by `python3 -I -S` inside a bubblewrap namespace, loads what programs usually import, and then
forks for every test. Requests come on fd 0 and answers leave on fd 1, each as four bytes of length and JSON. The
expected output of a test never comes here: outputs and values are compared outside.

Each test: zygote -> keeper (new PID namespace, clock, collector) -> program (PID 1 of that namespace, no rights,
limits set). When the program ends or is killed, the kernel ends everything in its namespace.
"""
import ctypes
import gc
import io
import json
import os
import resource
import select
import signal
import struct
import sys
import time

# What contest programs import: loaded once here, free in every fork.
import abc, array, bisect, cmath, collections, contextlib, copy, dataclasses, datetime, decimal, enum, fractions  # noqa: E401,F401
import functools, heapq, itertools, math, numbers, operator, queue, random, re, statistics, string, textwrap  # noqa: E401,F401
import threading, traceback, types, typing  # noqa: E401,F401
import atexit

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWPID = 0x20000000
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG = 4, 24, 38, 1
MEGABYTE = 1 << 20
STDERR_KEPT = 2000

# LeetCode's starter code uses these without importing them.
PRELUDE = """
import collections, heapq, itertools, functools, math, bisect, string, re, random, sys, operator
from typing import *
from collections import *
from heapq import *
from itertools import *
from functools import *
from bisect import *
from math import *
"""


def read_exactly(size):
    parts = []
    while size > 0:
        part = os.read(0, min(size, MEGABYTE))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_request():
    head = read_exactly(4)
    body = head and read_exactly(struct.unpack(">I", head)[0])
    return json.loads(body) if body else None


def answer(message):
    body = json.dumps(message).encode("utf-8", "replace")
    data = memoryview(struct.pack(">I", len(body)) + body)
    while data:
        data = data[os.write(1, data):]


def memory_file(name, content=b""):
    fd = os.memfd_create(name)
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view):]
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def cpu_of(pid):
    """Seconds of CPU time that a process has used; its clock id is made from its number (clock_getcpuclockid(3))."""
    try:
        return time.clock_gettime(((~pid) << 3) | 2)
    except OSError:
        return 0.0


def keep(request):
    """Runs one test and answers. Called in a process of its own."""
    limit, memory = float(request["timeLimit"]), int(request["memoryLimit"])
    output = int(request["outputLimit"])
    # A standard input that cannot be decoded here could not have come as JSON.
    stdin = memory_file("stdin", request.get("stdin", "").encode("utf-8", "surrogatepass"))
    stdout, stderr = memory_file("stdout"), memory_file("stderr")
    told, tell = os.pipe()
    if LIBC.unshare(CLONE_NEWPID) != 0:
        answer({"status": "no-namespace"})
        return
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(told)
        run(request, stdin, stdout, stderr, tell, limit, memory, output)
    os.close(tell)
    watched = os.pidfd_open(child)
    poll = select.poll()
    poll.register(watched, select.POLLIN)
    stopped, last_cpu = None, 0.0
    # What a program says on its own channel is small; it is read as it comes, so that it never blocks.
    report = bytearray()
    poll.register(told, select.POLLIN)
    deadline, patience = started + limit + 1.0, started + 5 * limit + 5.0
    while True:
        events = dict(poll.poll(max(0.0, min(deadline, patience) - time.monotonic()) * 1000))
        if told in events:
            part = os.read(told, MEGABYTE)
            if part and len(report) < output + MEGABYTE:
                report += part
            elif not part:
                poll.unregister(told)
        if watched in events:
            break
        now = time.monotonic()
        if now >= deadline:
            used = cpu_of(child)
            # A sleeper stops here. A program that is still getting CPU time only waits its turn on a busy machine.
            if used >= limit or used - last_cpu < 0.1 or now >= patience:
                stopped = "time-limit"
                signal.pidfd_send_signal(watched, signal.SIGKILL)
                break
            last_cpu, deadline = used, now + 0.5
    _, status, used = os.wait4(child, 0)
    wall = time.monotonic() - started
    cpu = used.ru_utime + used.ru_stime
    os.set_blocking(told, False)
    try:
        while len(report) < output + MEGABYTE:
            part = os.read(told, MEGABYTE)
            if not part:
                break
            report += part
    except BlockingIOError:
        pass
    answer(verdict(request, status, stopped, cpu, wall, stdout, stderr, bytes(report), limit, output))


def verdict(request, status, stopped, cpu, wall, stdout, stderr, report, limit, output):
    written = os.fstat(stdout).st_size
    os.lseek(stdout, 0, os.SEEK_SET)
    text = b""
    if request["kind"] == "stdin" and written <= output:
        parts = []
        while True:
            part = os.read(stdout, MEGABYTE)
            if not part:
                break
            parts.append(part)
        text = b"".join(parts)
    complained = os.fstat(stderr).st_size
    os.lseek(stderr, max(0, complained - STDERR_KEPT), os.SEEK_SET)
    detail = os.read(stderr, STDERR_KEPT).decode("utf-8", "replace").strip()
    # The report is a line of JSON behind the secret of this test; anything else was not written by run().
    told, value = None, None
    secret = request["secret"].encode()
    for line in report.split(b"\n"):
        if line.startswith(secret + b" "):
            try:
                told = json.loads(line[len(secret) + 1:])
            except ValueError:
                pass
    killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
    kind = told.get("status") if isinstance(told, dict) else None
    if kind == "value":
        value = told.get("value")
    if stopped or cpu > limit:
        kind = "time-limit"
    elif kind == "compile-error":
        pass
    elif written > output - 1 or killed == signal.SIGXFSZ:
        kind = "output-limit"
    elif kind == "memory-limit":
        pass
    elif killed == signal.SIGXCPU or (killed == signal.SIGKILL and cpu > limit - 0.1):
        kind = "time-limit"
    elif killed:
        kind, detail = "runtime-error", (detail + "\n" + signal.Signals(killed).name).strip()
    elif kind in ("missing", "assertion"):
        pass
    elif code != 0:
        kind = "runtime-error"
    elif request["kind"] == "stdin":
        kind = "ok"
    elif kind not in ("value", "end"):
        # It left with status 0 before the call returned or the last assertion was reached.
        kind = "early-exit"
    result = {"status": kind, "seconds": wall if stopped and cpu < limit else cpu, "detail": detail}
    if isinstance(told, dict) and told.get("detail"):
        result["detail"] = told["detail"]
    if request["kind"] == "stdin":
        result["stdout"] = text.decode("utf-8", "replace")
    if kind == "value":
        result["value"] = value
    return result


def restrict(limit, memory, output):
    """No rights, no way to new ones, and a bound on everything that can be used up."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    seconds = int(math.ceil(limit))
    # sys.set_int_max_str_digits: long output is honest; the clock bounds what it costs.
    for name, soft, hard in (
        (resource.RLIMIT_CPU, seconds, seconds),
        (resource.RLIMIT_AS, memory * MEGABYTE + 192 * MEGABYTE, memory * MEGABYTE + 192 * MEGABYTE),
        (resource.RLIMIT_FSIZE, output, output),
        (resource.RLIMIT_NOFILE, 128, 128),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NPROC, 64, 64),
        (resource.RLIMIT_MEMLOCK, 0, 0),
        (resource.RLIMIT_MSGQUEUE, 0, 0),
    ):
        resource.setrlimit(name, (soft, hard))
    for capability in range(41):
        LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    LIBC.capset(header, (ctypes.c_uint32 * 6)())
    LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def run(request, stdin, stdout, stderr, tell, limit, memory, output):
    """The untrusted side of the fork. Never returns."""
    code = 1
    try:
        os.setsid()
        os.dup2(stdin, 0)
        os.dup2(stdout, 1)
        os.dup2(stderr, 2)
        os.dup2(tell, 100)
        os.closerange(3, 100)
        os.closerange(101, 300)
        restrict(limit, memory, output)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL if number == signal.SIGPIPE else signal.SIG_IGN)
        sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")
        sys.stdout = sys.__stdout__ = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), encoding="utf-8")
        sys.stderr = sys.__stderr__ = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), encoding="utf-8", errors="backslashreplace", write_through=True)
        code = execute(request)
    except BaseException:  # a program may leave by anything
        traceback.print_exc()
    finally:
        os._exit(code & 0xFF)


def execute(request):
    secret = request.pop("secret")

    def tell(message):
        data = memoryview((secret + " " + json.dumps(message) + "\n").encode("utf-8", "replace"))
        while data:
            data = data[os.write(100, data):]

    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    sys.argv = ["main.py"]
    sys.path[:] = [path for path in sys.path if path]
    space = main.__dict__
    space["__file__"] = "main.py"
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    program, kind = request["program"], request["kind"]
    try:
        compiled = compile(program, "main.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        tell({"status": "compile-error", "detail": "".join(traceback.format_exception_only(type(error), error)).strip()})
        return 1
    reached = None
    try:
        if kind == "stdin":
            exec(compiled, space)
        else:
            exec(PRELUDE, space)
            exec(compiled, space)
            if kind == "call":
                found = lookup(space, request["fn"])
                if found is None:
                    tell({"status": "missing", "detail": "there is no function %s" % request["fn"]})
                    return 1
                reached = {"status": "value", "value": json_text(found(*request["args"]))}
            else:
                exec(compile(request["assert"], "assert.py", "exec", dont_inherit=True), space)
                reached = {"status": "end"}
        code = 0
    except SystemExit as leaving:
        code = leaving.code
        if code is None:
            code = 0
        elif not isinstance(code, int):
            print(code, file=sys.__stderr__)
            code = 1
    except MemoryError:
        tell({"status": "memory-limit", "detail": "MemoryError"})
        return 1
    except AssertionError as error:
        if kind == "assert" and any(frame.filename == "assert.py" for frame in traceback.extract_tb(error.__traceback__)):
            tell({"status": "assertion", "detail": "".join(traceback.format_exception_only(type(error), error)).strip()})
            return 1
        show(error)
        code = 1
    except BaseException as error:
        show(error)
        code = 1
    # What the interpreter does at its end: threads, atexit, buffers.
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
    except MemoryError:
        tell({"status": "memory-limit", "detail": "MemoryError"})
        return 1
    except OSError as error:
        # The output file is full.
        if error.errno != 27:
            show(error)
        return 1
    except BaseException as error:
        show(error)
        return 1
    if reached and code == 0:
        tell(reached)
    return code


def show(error):
    """A traceback without our own frames."""
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename not in ("main.py", "assert.py"):
        frames = frames.tb_next
    lines = traceback.format_exception(type(error), error, frames)
    print("".join(lines)[-STDERR_KEPT:], file=sys.__stderr__)


def lookup(space, name):
    found = space.get(name)
    if callable(found):
        return found
    solution = space.get("Solution")
    if isinstance(solution, type) and hasattr(solution, name):
        return getattr(solution(), name)
    return None


def json_text(value):
    """The value as JSON text: tuples as lists, whole numbers in full, anything that JSON lacks as its text."""
    return json.dumps(value, default=lambda other: {"python": repr(other)[:200]}, ensure_ascii=False)


def clean():
    """Nothing of one test stays for the next."""
    for folder in ("/tmp", "/dev/shm"):
        try:
            if os.listdir(folder):
                import shutil

                for entry in os.scandir(folder):
                    if entry.is_dir(follow_symlinks=False):
                        # A folder that its owner locked is opened first.
                        for here, _, _ in os.walk(entry.path):
                            os.chmod(here, 0o700)
                        shutil.rmtree(entry.path, ignore_errors=True)
                    else:
                        os.unlink(entry.path)
        except OSError:
            pass


def serve():
    LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    os.chdir("/tmp")
    gc.collect()
    gc.freeze()
    answer({"status": "ready", "version": sys.version.split()[0]})
    while True:
        request = read_request()
        if request is None:
            return
        keeper = os.fork()
        if keeper == 0:
            try:
                keep(request)
            except BaseException as error:
                answer({"status": "failed", "detail": repr(error)})
            finally:
                os._exit(0)
        os.waitpid(keeper, 0)
        clean()


serve()
