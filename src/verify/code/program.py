"""The untrusted side of a fork: gives up every right, then runs one program against one test.

The fork server runs this text after each fork; what it imports is loaded once for all. Whatever can be made ready
before the fork is made there (prepare): after it, every page that is touched must be copied.
"""
import ctypes
import io
import json
import os
import resource
import signal
import struct
import sys
import time

# What contest programs import: loaded once here, free in every fork.
import abc, array, bisect, cmath, collections, contextlib, copy, dataclasses, datetime, decimal, enum, fractions  # noqa: E401,F401
import functools, heapq, itertools, math, numbers, operator, queue, random, re, statistics, string, textwrap  # noqa: E401,F401
import threading, traceback, types, typing  # noqa: E401,F401
import _sitebuiltins
import atexit
import builtins

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 22, 24, 38
MEGABYTE = 1 << 20
STDERR_KEPT = 2000
# What a test's processes hold besides 0, 1 and 2: where they report, and the line between a test and its program.
REPORT, LINE = 3, 4

NO_CAPABILITIES = ((ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)())
FILTER = None


def prepare(filter):
    """Everything that is the same for every program, before any fork."""
    global FILTER, MAIN
    FILTER = filter
    for limit, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_NPROC, 64), (resource.RLIMIT_NOFILE, 128), (resource.RLIMIT_MEMLOCK, 0), (resource.RLIMIT_MSGQUEUE, 0)):
        resource.setrlimit(limit, (most, most))
    for capability in range(64):
        if LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")
    sys.stdout = sys.__stdout__ = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), encoding="utf-8")
    sys.stderr = sys.__stderr__ = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), encoding="utf-8", errors="backslashreplace", write_through=True)
    MAIN = types.ModuleType("__main__")
    MAIN.__dict__["__file__"] = "main.py"
    sys.modules["__main__"] = MAIN
    sys.argv = ["main.py"]
    sys.path[:] = [path for path in sys.path if path]
    # What the site module adds, which does not run here.
    builtins.exit, builtins.quit = _sitebuiltins.Quitter("exit", ""), _sitebuiltins.Quitter("quit", "")
    # Long output is honest; the clock bounds what it costs.
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    exec(PRELUDE, PRELUDED)
    del PRELUDED["__builtins__"]


def restrict(request):
    """No rights, no way to new ones, and a bound on everything that can be used up."""
    # The clock of watch() is finer; this bound holds for every process that a program starts.
    seconds = int(request["timeLimit"]) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (request["space"], request["space"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (request["outputLimit"], request["outputLimit"]))
    if LIBC.capset(*NO_CAPABILITIES) != 0:
        os._exit(120)
    if FILTER is not None and LIBC.prctl(PR_SET_SECCOMP, 2, FILTER) != 0:
        os._exit(121)


def run(request, work):
    """The untrusted side of the fork. Never returns."""
    code = 1
    try:
        os.setsid()
        os.closerange(LINE + 1 if request["kind"] == "apart" else LINE, 128)
        restrict(request)
        code = work(request)
    except BaseException:  # a program may leave by anything
        traceback.print_exc()
    finally:
        os._exit(code & 0xFF)


def reporter(request):
    secret = request.pop("secret")
    write = os.write

    def tell(message):
        data = memoryview((secret + " " + json.dumps(message) + "\n").encode("utf-8", "replace"))
        while data:
            data = data[write(REPORT, data):]

    return tell


def execute(request):
    """Runs the program, and what its test asks of it."""
    tell = reporter(request)
    space, kind = MAIN.__dict__, request["kind"]
    try:
        compiled = compile(request.pop("program").decode("utf-8", "surrogatepass"), "main.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        tell({"status": "compile-error", "detail": "".join(traceback.format_exception_only(type(error), error)).strip()})
        return 1
    reached = None
    try:
        if kind != "stdin":
            space.update(PRELUDED)
            if request.get("given"):
                exec(compile(request["given"], "given.py", "exec", dont_inherit=True), space)
        exec(compiled, space)
        if kind == "call":
            found = lookup(space, request["fn"])
            if found is None:
                tell({"status": "missing", "detail": "there is no function %s" % request["fn"]})
                return 1
            given = json.loads(request["input"])
            reached = {"status": "value", "value": json_text(found(*(revived(given) if request.get("revive") else given)))}
        elif kind == "apart":
            ProgramSide(space, *line()).serve()
        elif kind == "assert":
            exec(beside(request["input"], space), space)
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
            tell(failed(error))
            return 1
        show(error)
        code = 1
    except BaseException as error:
        show(error)
        code = 1
    return leave(tell, code, reached)


def leave(tell, code, reached):
    """What the interpreter does at its end: threads, atexit, buffers."""
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


def examine(request):
    """Runs the assertions of a test whose program runs in another process."""
    tell = reporter(request)
    side = TestSide(*line())
    try:
        side.run(request.pop("test").decode("utf-8", "surrogatepass"), request.get("given", ""))
        told = {"status": "end"}
    except Gone:
        told = {"status": "gone"}
    except AssertionError as error:
        told = failed(error)
    except SystemExit as error:
        told = {"status": "early-exit", "detail": "it left with status %s" % (error.code,)}
    except MemoryError:
        told = {"status": "memory-limit", "detail": "MemoryError"}
    except BaseException as error:
        told = {"status": "runtime-error", "detail": traced(error)}
    # A test that swallowed the end of its program did not reach its own.
    tell({"status": "gone"} if side.gone and told["status"] != "assertion" else told)
    return 0


def line():
    """The two directions between a test and its program: length and text."""
    read, write = os.read, os.write

    def send(data):
        data = memoryview(struct.pack(">I", len(data)) + data)
        try:
            while data:
                data = data[write(LINE, data):]
        except OSError:
            raise Gone() from None

    def exactly(size):
        parts = []
        while size > 0:
            try:
                part = read(LINE, min(size, MEGABYTE))
            except OSError:
                part = b""
            if not part:
                return None
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def receive():
        head = exactly(4)
        size = struct.unpack(">I", head)[0] if head else 0
        return exactly(size) if head and size <= 64 * MEGABYTE else None

    return send, receive


def failed(error):
    return {"status": "assertion", "detail": "".join(traceback.format_exception_only(type(error), error)).strip()[:STDERR_KEPT]}


def traced(error):
    """A traceback without our own frames."""
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename not in ("main.py", "assert.py"):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))[-STDERR_KEPT:]


def show(error):
    print(traced(error), file=sys.__stderr__)
