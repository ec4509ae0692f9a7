"""Runs one test inside Pyodide. The memory of the interpreter is put back after each, so nothing is put back here.

values.py, crossing.py, program_side.py and test_side.py stand before this text.
"""
import _sitebuiltins
import asyncio
import io
import os
import time
import traceback

import abc, array, bisect, cmath, collections, contextlib, copy, dataclasses, datetime, decimal, enum, fractions  # noqa: E401,F401
import functools, heapq, itertools, math, operator, queue, random, re, statistics, string, textwrap, typing  # noqa: E401,F401

STDERR_KEPT = 2000


class Full(BaseException):
    pass


class Capped(io.RawIOBase):
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
            raise Full()
        return len(data)


class Input(io.BytesIO):
    def fileno(self):
        return 0


class Waiting:
    """What an event loop waits with where there is nothing to wait for but time."""

    def select(self, timeout):
        if timeout:
            time.sleep(timeout)
        return []

    def close(self):
        pass


class Loop(asyncio.base_events.BaseEventLoop):
    """An event loop without sockets: Pyodide's own hands its work to JavaScript, which a test must not reach."""

    def __init__(self):
        super().__init__()
        self._selector = Waiting()

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


def run_loop(main, *, debug=None, loop_factory=None):
    with asyncio.Runner(debug=debug, loop_factory=Loop) as runner:
        return runner.run(main)


def shut_out():
    """Takes away what leads from Python to JavaScript. Called once, before the memory is kept."""
    import pyodide.ffi  # noqa: F401  the last import of it

    asyncio.run = asyncio.runners.run = run_loop
    asyncio.new_event_loop = asyncio.events.new_event_loop = Loop
    sys.meta_path[:] = [finder for finder in sys.meta_path if "pyodide" not in type(finder).__module__ and "pyodide" not in getattr(finder, "__module__", "")]
    sys.path_hooks[:] = [hook for hook in sys.path_hooks if "pyodide" not in getattr(hook, "__module__", "")]
    for name in list(sys.modules):
        if name.split(".")[0] in ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core", "micropip"):
            module = sys.modules.pop(name)
            if name == "_pyodide_core":
                vars(module).clear()
    sys.meta_path.insert(0, Refusing())
    builtins.exit, builtins.quit = _sitebuiltins.Quitter("exit", ""), _sitebuiltins.Quitter("quit", "")
    sys.set_int_max_str_digits(0)
    exec(PRELUDE, PRELUDED)
    del PRELUDED["__builtins__"]
    sys.argv = ["main.py"]


class Refusing:
    """Finds nothing of the host: the files of Pyodide's own packages still lie in the library."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core", "micropip"):
            raise ModuleNotFoundError("No module named %r" % name, name=name)
        return None


def run_test(text):
    """A whole test of the kinds that need one side only."""
    request = json.loads(text)
    raw = streams(request)
    try:
        result = execute(request)
        try:
            sys.stdout.flush()
        except ValueError:
            pass
    except Full:
        result = {"status": "output-limit"}
    return finished(result, raw)


def streams(request):
    raw = Capped(request["outputLimit"])
    sys.stdin = io.TextIOWrapper(io.BufferedReader(Input(request.get("stdin", "").encode("utf-8", "surrogatepass"))), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8")
    sys.stderr = io.StringIO()
    return raw


def finished(result, raw):
    complaint = sys.stderr.getvalue() if type(sys.stderr) is io.StringIO else ""
    result.setdefault("detail", complaint[-STDERR_KEPT:].strip())
    if result["status"] == "ok":
        result["stdout"] = raw.data.decode("utf-8", "replace")
    return json.dumps(result)


def main_space(request):
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    main.__dict__["__file__"] = "main.py"
    return main.__dict__


def execute(request):
    space, kind = main_space(request), request["kind"]
    try:
        compiled = compile(request["program"], "main.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        return {"status": "compile-error", "detail": "".join(traceback.format_exception_only(type(error), error)).strip()}
    try:
        if kind == "stdin":
            exec(compiled, space)
            return {"status": "ok"}
        space.update(PRELUDED)
        if request.get("given"):
            exec(compile(request["given"], "given.py", "exec", dont_inherit=True), space)
        exec(compiled, space)
        if kind == "call":
            found = lookup(space, request["fn"])
            if found is None:
                return {"status": "missing", "detail": "there is no function %s" % request["fn"]}
            value = found(*(revived(request["args"]) if request.get("revive") else request["args"]))
            return {"status": "value", "value": json_text(value)}
        if kind == "apart":
            return {"status": "ready", "space": space}
        exec(beside(request["assert"], space), space)
        return {"status": "end"}
    except SystemExit as leaving:
        code = leaving.code
        if code is None or code == 0:
            return {"status": "ok"} if kind == "stdin" else {"status": "early-exit"}
        return {"status": "runtime-error", "detail": "it left with status %s" % (code,)}
    except MemoryError:
        return {"status": "memory-limit", "detail": "MemoryError"}
    except AssertionError as error:
        if kind == "assert" and any(frame.filename == "assert.py" for frame in traceback.extract_tb(error.__traceback__)):
            return {"status": "assertion", "detail": "".join(traceback.format_exception_only(type(error), error)).strip()}
        return {"status": "runtime-error", "detail": traceback.format_exc()[-STDERR_KEPT:]}
    except Exception:
        return {"status": "runtime-error", "detail": traceback.format_exc()[-STDERR_KEPT:]}


SIDE = None


def begin(text, ask):
    """The program of a test that runs apart. `ask` reaches the test's side: text in, text out."""
    global SIDE
    request = json.loads(text)
    raw = streams(request)
    try:
        result = execute(request)
    except Full:
        result = {"status": "output-limit"}
    if result["status"] == "ready":
        asked = []
        SIDE = ProgramSide(result.pop("space"), lambda data: asked.append(data), lambda: ask(asked.pop().decode()))
        return json.dumps(result)
    return finished(result, raw)


def answer(message):
    return SIDE.answer(message).decode()


def examine(text, ask):
    """The test of such a pair. `ask` reaches the program's side."""
    global SIDE
    request = json.loads(text)
    streams(request)
    waiting = ['["ready"]']
    SIDE = TestSide(lambda data: waiting.append(ask(data.decode())), lambda: waiting.pop())
    try:
        SIDE.run(request["assert"], request.get("given", ""))
        told = {"status": "end", "detail": ""}
    except Gone:
        told = {"status": "early-exit", "detail": "the program was gone"}
    except AssertionError as error:
        told = {"status": "assertion", "detail": "".join(traceback.format_exception_only(type(error), error)).strip()[:STDERR_KEPT]}
    except SystemExit as error:
        told = {"status": "early-exit", "detail": "it left with status %s" % (error.code,)}
    except MemoryError:
        told = {"status": "memory-limit", "detail": "MemoryError"}
    except BaseException:
        told = {"status": "runtime-error", "detail": traceback.format_exc()[-STDERR_KEPT:]}
    if SIDE.gone and told["status"] == "end":
        told = {"status": "early-exit", "detail": "the program was gone"}
    return json.dumps(told)


def called(message):
    return SIDE.called(json.loads(message)).decode()


shut_out()
