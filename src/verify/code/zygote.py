"""The fork server inside the sandbox: trusted code that runs untrusted programs, one test at a time.

It is started once by `python3 -I -S` inside a bubblewrap namespace, loads what programs usually import, and then
forks for every test. Requests come on fd 0 and answers leave on fd 1, each as four bytes of length, JSON, and the
bytes that the JSON announces. The expected output of a test never comes here: outputs and values are compared outside.

Each test is PID 1 of a PID namespace of its own, without rights and with limits. When it ends or is killed, the
kernel ends everything else in that namespace; the fork server itself is not in it and cannot be seen from there.
A fork inherits this process's memory. So what one test brought, its program, its input, its output, passes through
here in buffers that are wiped, or does not pass at all (sendfile): nothing of it is left for the next to find.

program.py and the texts named there stand before this one.
"""
import _socket
import gc
import mmap
import select

# The same functions with Python's lock kept: for a call that returns twice.
HELD = ctypes.PyDLL(None, use_errno=True)
CLONE3, CLONE_PIDFD = 435, 0x00001000
CLONE_NEWNS, CLONE_NEWPID = 0x00020000, 0x20000000
MS_NOSUID_NODEV, MNT_DETACH = 6, 2
# Where requests and answers go once 0, 1 and 2 are the test's: closed in every fork.
NOTHING, ASKED, ANSWERED = 119, 120, 121
# What a test may write in its own folders: bytes, and files and folders.
SCRATCH = b"mode=1777,size=64m,nr_inodes=8192"
FOLDERS = ("/tmp", "/dev/shm")


def read_exactly(size):
    """So many bytes of the request, in a buffer that can be wiped; None at its end."""
    buffer = bytearray(size)
    view, at = memoryview(buffer), 0
    while at < size:
        got = os.readv(ASKED, [view[at:]])
        if not got:
            return None
        at += got
    return buffer


def wipe(buffer):
    if buffer:
        ctypes.memset((ctypes.c_char * len(buffer)).from_buffer(buffer), 0, len(buffer))


def read_request():
    head = read_exactly(4)
    body = head and read_exactly(struct.unpack(">I", head)[0])
    return json.loads(bytes(body)) if body else None


def answer(message, files=()):
    """`files` are sent behind the message, each a file and where to begin in it."""
    sizes = [os.fstat(fd).st_size - start for fd, start in files]
    body = json.dumps({**message, "sections": sizes}).encode("utf-8", "replace")
    data = memoryview(struct.pack(">I", len(body)) + body)
    while data:
        data = data[os.write(ANSWERED, data):]
    for (fd, start), size in zip(files, sizes):
        end = start + size
        while start < end:
            start += os.sendfile(ANSWERED, fd, start, end - start)


def memory_file(name, content=None):
    fd = os.memfd_create(name, os.MFD_CLOEXEC)
    if content:
        view = memoryview(content)
        while view:
            view = view[os.write(fd, view):]
        view.release()
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


class Process:
    """One process of a test, with files of its own for what it reads and writes."""

    def __init__(self, request, work, stdin=None, line=-1):
        self.stdout, self.stderr, self.report = memory_file("stdout"), memory_file("stderr"), memory_file("report")
        self.status, self.cpu, self.peak = None, 0.0, 0
        given = memory_file("stdin", stdin)
        # The files become 0, 1, 2 and so on before the fork: afterwards nothing is left to do.
        for number, fd in ((0, given), (1, self.stdout), (2, self.stderr), (REPORT, self.report)):
            os.dup2(fd, number)
        os.close(given)
        if line >= 0:
            os.dup2(line, LINE)
        self.pid, self.watched = fork_into_namespace()
        if self.pid == 0:
            run(request, work)

    def used(self):
        return self.cpu if self.status is not None else cpu_of(self.pid)

    def kill(self):
        if self.status is None:
            signal.pidfd_send_signal(self.watched, signal.SIGKILL)

    def reap(self):
        if self.status is None:
            _, self.status, usage = os.wait4(self.pid, 0)
            self.cpu, self.peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024

    def close(self):
        for fd in (self.stdout, self.stderr, self.report, self.watched):
            os.close(fd)

    def told(self):
        return {
            "code": os.WEXITSTATUS(self.status) if os.WIFEXITED(self.status) else None,
            "signal": os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else 0,
            "cpu": self.cpu, "peak": self.peak,
            "written": os.fstat(self.stdout).st_size, "complained": os.fstat(self.stderr).st_size,
        }


def keep(request):
    """Runs one test and answers."""
    sizes = request.pop("sizes")
    limit = float(request["timeLimit"])
    request["space"] = BASE + int(request.pop("space"))
    program = request["program"] = read_exactly(sizes[0])
    given = read_exactly(sizes[1])
    apart = request["kind"] == "apart"
    if request["kind"] != "stdin":
        request["input"] = given
    processes, buffers = [], [program, given]
    started = time.monotonic()
    try:
        if apart:
            ours, theirs = (end.detach() for end in _socket.socketpair())
            processes.append(Process(request, execute, None, theirs))
            os.close(theirs)
            # The test's text comes here only now: no page of it was there when the program's process was forked.
            wipe(program)
            request["program"] = None
            request["test"] = read_exactly(sizes[2])
            buffers.append(request["test"])
            processes.append(Process(request, examine, None, ours))
            os.close(ours)
            os.dup2(NOTHING, LINE)
        else:
            processes.append(Process(request, execute, given if request["kind"] == "stdin" else None))
        for buffer in buffers:
            wipe(buffer)
        stopped = watch(processes, started, limit, float(request.get("patience", 1)))
        wall = time.monotonic() - started
        files = []
        for process in processes:
            shown = process is processes[0] and request["kind"] == "stdin" and os.fstat(process.stdout).st_size <= request["outputLimit"]
            files.append((process.stdout, 0 if shown else os.fstat(process.stdout).st_size))
            files.append((process.stderr, max(0, os.fstat(process.stderr).st_size - STDERR_KEPT)))
            files.append((process.report, 0))
        answer({"status": "done", "stopped": stopped, "wall": wall, "processes": [process.told() for process in processes]}, files)
    finally:
        for buffer in buffers:
            wipe(buffer)
        for process in processes:
            process.close()


def watch(processes, started, limit, patience):
    """Waits for the end of a test, or brings it about: says which clock stopped it, 'cpu', 'wall' or None."""
    poll = select.poll()
    for process in processes:
        poll.register(process.watched, select.POLLIN)
    last, stopped, last_cpu, looked = processes[-1], None, 0.0, started
    asleep, longest, wake = started + limit + 1.0, started + (5 * limit + 5.0) * patience, started + limit
    while True:
        events = dict(poll.poll(max(0.0, wake - time.monotonic()) * 1000))
        for process in processes:
            if process.watched in events:
                poll.unregister(process.watched)
                process.reap()
        if last.status is not None:
            break
        now = time.monotonic()
        if now < wake:
            continue
        used = sum(process.used() for process in processes)
        # A sleeper stops a second after the limit. A program that is still getting CPU time only waits its turn on a
        # busy machine: it is stopped when it has used its share.
        sleeps = now >= asleep and now - looked >= 0.45 and used - last_cpu < 0.01
        if used >= limit or sleeps or now >= longest:
            stopped = "cpu" if used >= limit else "wall"
            break
        if now - looked >= 0.45:
            last_cpu, looked = used, now
        wake = now + max(0.02, min(limit - used, 0.5))
    for process in processes:
        process.kill()
    for process in processes:
        process.reap()
    return stopped


def refresh(folder):
    """An empty folder in memory, in place of what a test left."""
    HELD.umount2(folder.encode(), MNT_DETACH)
    if HELD.mount(b"tmpfs", folder.encode(), b"tmpfs", MS_NOSUID_NODEV, SCRATCH) != 0:
        raise OSError(ctypes.get_errno(), "no private %s" % folder)
    return os.stat(folder).st_ctime_ns


def address_space():
    """How much this process has mapped, as RLIMIT_AS counts it: found by trying, since /proc is not there."""
    low, high = 0, 1 << 36
    usual = resource.getrlimit(resource.RLIMIT_AS)
    while high - low > 65536:
        middle = (low + high) // 2
        resource.setrlimit(resource.RLIMIT_AS, (middle, usual[1]))
        try:
            mmap.mmap(-1, mmap.PAGESIZE).close()
            high = middle
        except (OSError, MemoryError):
            low = middle
    resource.setrlimit(resource.RLIMIT_AS, usual)
    return high


def serve():
    global BASE
    os.dup2(0, ASKED)
    os.dup2(1, ANSWERED)
    if HELD.unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "no mount namespace")
    marks = {folder: refresh(folder) for folder in FOLDERS}
    os.chdir("/tmp")
    # The low numbers are taken from now on, so that no file of a test gets one before its time.
    os.dup2(memory_file("none"), NOTHING)
    for number in (0, 1, 2, REPORT, LINE):
        os.dup2(NOTHING, number)
    os.closerange(LINE + 1, NOTHING)
    # Whatever whoever started us left open.
    os.closerange(ANSWERED + 1, 1 << 20)
    prepare(seccomp_filter())
    gc.collect()
    BASE = address_space()
    gc.freeze()
    answer({"status": "ready", "version": sys.version.split()[0], "filter": FILTER is not None, "resident": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024})
    while True:
        request = read_request()
        if request is None:
            return
        keep(request)
        request = None
        for folder in FOLDERS:
            # Any file made, and any change of the folder itself, moves its time of change.
            if os.stat(folder).st_ctime_ns != marks[folder]:
                os.chdir("/")
                marks[folder] = refresh(folder)
                os.chdir("/tmp")


try:
    serve()
except BaseException as error:
    answer({"status": "failed", "detail": repr(error)})
