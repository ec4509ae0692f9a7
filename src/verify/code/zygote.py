"""The fork server inside the sandbox: trusted code that runs untrusted programs, one test at a time.

It is started once by `python3 -I -S` inside a bubblewrap namespace, loads what programs usually import, and then
forks for every test. Requests come on fd 0 and answers leave on fd 1, each as four bytes of length and JSON. The
expected output of a test never comes here: outputs and values are compared outside.

Each test is PID 1 of a PID namespace of its own, without rights and with limits. When it ends or is killed, the
kernel ends everything else in that namespace; the fork server itself is not in it and cannot be seen from there.

program.py stands before this text: run(), LIBC and the constants come from there.
"""
import ctypes
import gc
import json
import os
import select
import signal
import struct
import sys
import time

# The same functions with Python's lock kept: for a call that returns twice.
HELD = ctypes.PyDLL(None, use_errno=True)
CLONE3, CLONE_PIDFD = 435, 0x00001000
CLONE_NEWPID = 0x20000000


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


def fork_into_namespace():
    """fork(2) with a new PID namespace, as one clone3(2): (0, None) in the child, else its number and its pidfd.

    Python's own fork hooks are not run: this process has one thread, and what they would renew is not shared.
    """
    pidfd = ctypes.c_int(-1)
    arguments = (ctypes.c_uint64 * 8)(CLONE_NEWPID | CLONE_PIDFD, ctypes.addressof(pidfd), 0, 0, signal.SIGCHLD, 0, 0, 0)
    child = HELD.syscall(CLONE3, arguments, ctypes.sizeof(arguments))
    if child < 0:
        raise OSError(ctypes.get_errno(), "no PID namespace")
    return child, pidfd.value


def keep(request):
    """Runs one test and gives its result."""
    limit, memory = float(request["timeLimit"]), int(request["memoryLimit"])
    output = int(request["outputLimit"])
    stdin = memory_file("stdin", request.get("stdin", "").encode("utf-8", "surrogatepass"))
    stdout, stderr = memory_file("stdout"), memory_file("stderr")
    told, tell = os.pipe()
    watched = -1
    try:
        started = time.monotonic()
        child, watched = fork_into_namespace()
        if child == 0:
            os.close(told)
            run(request, stdin, stdout, stderr, tell, limit, memory, output)
        os.close(tell)
        tell = -1
        return watch(request, child, watched, told, started, stdout, stderr, limit, output)
    finally:
        for fd in (stdin, stdout, stderr, told, tell, watched):
            if fd >= 0:
                os.close(fd)


def watch(request, child, watched, told, started, stdout, stderr, limit, output):
    """Waits for the end of a test, or brings it about."""
    poll = select.poll()
    poll.register(watched, select.POLLIN)
    stopped, last_cpu, looked = None, 0.0, started
    # What a program says on its own channel is small; it is read as it comes, so that it never blocks.
    report = bytearray()
    poll.register(told, select.POLLIN)
    asleep, patience, wake = started + limit + 1.0, started + 5 * limit + 5.0, started + limit
    while True:
        events = dict(poll.poll(max(0.0, wake - time.monotonic()) * 1000))
        if told in events:
            part = os.read(told, MEGABYTE)
            if part and len(report) < output + MEGABYTE:
                report += part
            elif not part:
                poll.unregister(told)
        if watched in events:
            break
        now = time.monotonic()
        if now < wake:
            continue
        used = cpu_of(child)
        # A sleeper stops a second after the limit. A program that is still getting CPU time only waits its turn on a
        # busy machine: it is stopped when it has used its share.
        sleeps = now >= asleep and now - looked >= 0.45 and used - last_cpu < 0.01
        if used >= limit or sleeps or now >= patience:
            stopped = "time-limit"
            signal.pidfd_send_signal(watched, signal.SIGKILL)
            break
        if now - looked >= 0.45:
            last_cpu, looked = used, now
        wake = now + max(0.02, min(limit - used, 0.5))
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
    return verdict(request, status, stopped, cpu, wall, stdout, stderr, bytes(report), limit, output)


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
    elif written >= output or complained >= output or killed == signal.SIGXFSZ:
        kind = "output-limit"
    elif kind == "memory-limit":
        pass
    elif killed == signal.SIGXCPU or (killed == signal.SIGKILL and cpu > 0.8 * limit):
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
    result = {"status": kind, "seconds": wall if stopped and cpu < 0.9 * limit else cpu, "detail": detail}
    if isinstance(told, dict) and told.get("detail"):
        result["detail"] = told["detail"]
    if request["kind"] == "stdin":
        result["stdout"] = text.decode("utf-8", "replace")
    if kind == "value":
        result["value"] = value
    return result


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
        try:
            result = keep(request)
        except Exception as error:
            result = {"status": "failed", "detail": repr(error)}
        answer(result)
        clean()


serve()
