"""Runs one test inside Pyodide, with everything that the last one touched put back first."""
import _sitebuiltins
import builtins
import io
import json
import sys
import traceback
import types

import abc, array, bisect, cmath, collections, contextlib, copy, dataclasses, datetime, decimal, enum, fractions  # noqa: E401,F401
import functools, heapq, itertools, math, operator, os, queue, random, re, statistics, string, textwrap, time, typing  # noqa: E401,F401

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
STDERR_KEPT = 2000


class _Full(BaseException):
    pass


class _Capped(io.RawIOBase):
    """Takes bytes up to a limit."""

    def __init__(self, limit):
        self.limit, self.data = limit, bytearray()

    def writable(self):
        return True

    def fileno(self):
        return 1

    def write(self, data):
        self.data += data
        if len(self.data) > self.limit:
            raise _Full()
        return len(data)


class _Input(io.BytesIO):
    def fileno(self):
        return 0


# The world before any program, by module.
_WORLD = {name: dict(module.__dict__) for name, module in list(sys.modules.items()) if isinstance(module, types.ModuleType) and name != "__main__"}
# JavaScript would be a way out of Python: what leads there is not importable.
for _name in ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core", "pyodide.code", "pyodide.ffi", "_pyodide._base"):
    _WORLD.pop(_name, None)
_LIMIT = sys.getrecursionlimit()
_OPEN = open


class _Closed:
    """Refuses to find the modules of the host."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core", "micropip"):
            raise ModuleNotFoundError("No module named %r" % name, name=name)
        return None


def _restore():
    for name in list(sys.modules):
        if name not in _WORLD:
            del sys.modules[name]
    for name, before in _WORLD.items():
        module = sys.modules.get(name)
        if module is None:
            continue
        now = module.__dict__
        if len(now) != len(before) or any(now.get(key, now) is not value for key, value in before.items()):
            now.clear()
            now.update(before)
    sys.setrecursionlimit(_LIMIT)
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Closed)]
    sys.meta_path.insert(0, _Closed())
    random.seed()
    for folder in ("/tmp", "/home/pyodide"):
        try:
            for entry in os.scandir(folder):
                if entry.is_file(follow_symlinks=False):
                    os.unlink(entry.path)
        except OSError:
            pass


def run_test(text):
    request = json.loads(text)
    _restore()
    stdin, stdout, stderr = sys.stdin, sys.stdout, sys.stderr
    raw = _Capped(request["outputLimit"])
    try:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(_Input(request.get("stdin", "").encode("utf-8", "surrogatepass"))), encoding="utf-8")
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8")
        sys.stderr = io.StringIO()
        result = _execute(request)
        try:
            sys.stdout.flush()
        except _Full:
            result = {"status": "output-limit", "detail": ""}
        except ValueError:
            pass
        complaint = sys.stderr.getvalue() if isinstance(sys.stderr, io.StringIO) else ""
    except _Full:
        result, complaint = {"status": "output-limit", "detail": ""}, ""
    finally:
        sys.stdin, sys.stdout, sys.stderr = stdin, stdout, stderr
    result.setdefault("detail", complaint[-STDERR_KEPT:].strip())
    if result["status"] == "ok":
        result["stdout"] = raw.data.decode("utf-8", "replace")
    return json.dumps(result)


def _execute(request):
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    space = main.__dict__
    space["__file__"] = "main.py"
    sys.argv = ["main.py"]
    builtins.exit, builtins.quit = _sitebuiltins.Quitter("exit", ""), _sitebuiltins.Quitter("quit", "")
    sys.set_int_max_str_digits(0)
    kind = request["kind"]
    try:
        compiled = compile(request["program"], "main.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        return {"status": "compile-error", "detail": "".join(traceback.format_exception_only(type(error), error)).strip()}
    try:
        if kind == "stdin":
            exec(compiled, space)
            return {"status": "ok"}
        exec(PRELUDE, space)
        if request.get("given"):
            exec(compile(request["given"], "given.py", "exec", dont_inherit=True), space)
        exec(compiled, space)
        if kind == "call":
            found = space.get(request["fn"])
            solution = space.get("Solution")
            if not callable(found) and isinstance(solution, type) and hasattr(solution, request["fn"]):
                found = getattr(solution(), request["fn"])
            if not callable(found):
                return {"status": "missing", "detail": "there is no function %s" % request["fn"]}
            value = found(*(revived(request["args"]) if request.get("revive") else request["args"]))
            return {"status": "value", "value": json_text(value)}
        exec(compile(request["assert"], "assert.py", "exec", dont_inherit=True), space)
        return {"status": "end"}
    except SystemExit as leaving:
        code = leaving.code
        if code is None or code == 0:
            return {"status": "ok"} if kind == "stdin" else {"status": "early-exit"}
        return {"status": "runtime-error", "detail": "it left with status %s" % (code,)}
    except _Full:
        return {"status": "output-limit", "detail": ""}
    except MemoryError:
        return {"status": "memory-limit", "detail": "MemoryError"}
    except AssertionError as error:
        if kind == "assert" and any(frame.filename == "assert.py" for frame in traceback.extract_tb(error.__traceback__)):
            return {"status": "assertion", "detail": "".join(traceback.format_exception_only(type(error), error)).strip()}
        return {"status": "runtime-error", "detail": traceback.format_exc()[-STDERR_KEPT:]}
    except BaseException:
        return {"status": "runtime-error", "detail": traceback.format_exc()[-STDERR_KEPT:]}


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
