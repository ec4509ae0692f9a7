"""The untrusted side of a fork: gives up every right, then runs one program against one test.

This text stands before zygote.py in the interpreter of the sandbox: the fork server runs it after each fork, and what
it imports is loaded once for all.
"""
import ctypes
import io
import json
import os
import resource
import signal
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
from string import *
from operator import *
from math import *
inf = float("inf")
# Python's own come last: math.pow takes no modulus, operator.index is no list.index.
from builtins import *
"""


def restrict(limit, memory, output):
    """No rights, no way to new ones, and a bound on everything that can be used up."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The clock of watch() is finer; this bound holds for every process that a program starts.
    seconds = int(math.ceil(limit)) + 1
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
    # What the site module adds, which does not run here.
    builtins.exit, builtins.quit = _sitebuiltins.Quitter("exit", ""), _sitebuiltins.Quitter("quit", "")
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
            if request.get("given"):
                exec(compile(request["given"], "given.py", "exec", dont_inherit=True), space)
            exec(compiled, space)
            if kind == "call":
                found = lookup(space, request["fn"])
                if found is None:
                    tell({"status": "missing", "detail": "there is no function %s" % request["fn"]})
                    return 1
                reached = {"status": "value", "value": json_text(found(*(revived(request["args"]) if request.get("revive") else request["args"])))}
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


def revived(value):
    """Arguments with the dicts whose keys JSON cannot hold."""
    if isinstance(value, list):
        return [revived(item) for item in value]
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get("$dict"), list):
            return {key: revived(item) for key, item in value["$dict"]}
        return {key: revived(item) for key, item in value.items()}
    return value


def json_text(value):
    """The value as JSON text: tuples as lists, whole numbers in full, anything that JSON lacks as its text."""
    try:
        return json.dumps(value, default=plain, ensure_ascii=False)
    except TypeError:
        # A tuple is no key of JSON: its text is one.
        return json.dumps(text_keys(value), default=plain, ensure_ascii=False)


def plain(other):
    """What json.dumps does not know: numbers of other kinds by value, arrays as lists, the rest as its text."""
    if isinstance(other, (decimal.Decimal, fractions.Fraction)):
        if other == int(other):
            return int(other)
        if other == float(other):
            return float(other)
    elif isinstance(other, (collections.deque, range, type({}.keys()), type({}.values()))):
        return list(other)
    elif hasattr(other, "tolist") and hasattr(other, "dtype"):
        return other.tolist()
    return {"python": repr(other)[:200]}


def text_keys(value):
    if isinstance(value, dict):
        return {key if isinstance(key, (str, int, float, type(None))) else repr(key): text_keys(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [text_keys(item) for item in value]
    return value
