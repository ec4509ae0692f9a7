"""One running kernel and the sockets of one client, with the time of every message."""
import atexit
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid

import psutil
import zmq
from jupyter_client.session import Session
from zmq.utils.monitor import recv_monitor_message

# Kernels that run now. Each is a session of its own, which nobody's end would end with it.
RUNNING = set()
CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
MB = 2**20
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Dead(Exception):
    """The kernel did not answer in time, or has ended."""


class Kernel:
    """Starts a kernel as Jupyter does. The sockets wait for it before it is there: nothing is measured in polling."""

    def __init__(self, spec, folder, timeout=60):
        self.spec = spec
        self.connection = {"ip": "127.0.0.1", "transport": "tcp", "signature_scheme": "hmac-sha256", "key": uuid.uuid4().hex}
        for name, port in zip(CHANNELS, free_ports(len(CHANNELS))):
            self.connection[name + "_port"] = port
        self.folder = tempfile.mkdtemp(prefix="kernel-", dir=folder)
        file = os.path.join(self.folder, "connection.json")
        with open(file, "w") as out:
            json.dump(self.connection, out)
        self.session = Session(key=self.connection["key"].encode(), signature_scheme="hmac-sha256")
        self.context = zmq.Context()
        self.shell = self._socket(zmq.DEALER, "shell")
        self.control = self._socket(zmq.DEALER, "control")
        self.stdin = self._socket(zmq.DEALER, "stdin")
        self.iopub = self._socket(zmq.SUB, "iopub", connect=False)
        self.iopub.setsockopt(zmq.SUBSCRIBE, b"")
        self.iopub.setsockopt(zmq.RCVHWM, 0)
        monitor = self.iopub.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        self.iopub.connect(self._address("iopub"))
        self.log = open(os.path.join(self.folder, "log.txt"), "wb")
        argv = [part.replace("{connection_file}", file) for part in spec["argv"]]
        began = time.perf_counter()
        self.process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True,
            cwd=spec.get("cwd"), env={**os.environ, **spec.get("env", {})})
        RUNNING.add(self)
        self.session.send(self.shell, "kernel_info_request", {})
        if not self._wait(self.shell, timeout):
            words = open(self.log.name, errors="replace").read()[-800:]
            self.stop()
            raise Dead(f"no kernel_info_reply in {timeout} s: {words}")
        self.info = self._receive(self.shell)["content"]
        self.started = time.perf_counter() - began
        # A subscription takes a moment to arrive: results must not be published past it.
        if monitor.poll(timeout * 1000):
            recv_monitor_message(monitor)
        self.iopub.disable_monitor()
        time.sleep(0.02)
        self.known = psutil.Process(self.process.pid)

    def _address(self, channel):
        return f"tcp://127.0.0.1:{self.connection[channel + '_port']}"

    def _socket(self, kind, channel, connect=True):
        made = self.context.socket(kind)
        made.linger = 0
        made.setsockopt(zmq.RECONNECT_IVL, 5)
        # A kernel asks for input at the identity that sent the cell.
        if kind == zmq.DEALER:
            made.setsockopt(zmq.IDENTITY, self.session.bsession)
        if connect:
            made.connect(self._address(channel))
        return made

    def _wait(self, made, timeout):
        end = time.perf_counter() + timeout
        while time.perf_counter() < end:
            if made.poll(100):
                return True
            if not self.alive():
                return bool(made.poll(100))
        return False

    def _receive(self, made):
        _, message = self.session.recv(made, mode=0)
        return message

    def alive(self):
        return self.process.poll() is None

    def answer(self, code, wanted, timeout=60.0):
        """Seconds until the cell is over and its answer is here, which may come after its idle; None where it never does."""
        sent = self.execute(code)
        run = self.wait(sent, timeout)
        if run["finished"] is None:
            return None
        text = shown(run["messages"])
        took = run["finished"]
        end = time.perf_counter() + 2
        while wanted not in text and time.perf_counter() < end:
            if self.iopub.poll(100):
                text += shown([self._receive(self.iopub)])
                took = time.perf_counter() - sent["began"]
        return took if wanted in text else None

    def run(self, code, timeout=30.0, stdin=None, **how):
        """Runs a cell to its reply and its idle; without them `finished` is None."""
        return self.wait(self.execute(code, stdin is not None, **how), timeout, stdin)

    def execute(self, code, allow_stdin=False, **how):
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {},
                   "allow_stdin": allow_stdin, "stop_on_error": False, **how}
        began = time.perf_counter()
        message = self.session.send(self.shell, "execute_request", content)
        return {"id": message["header"]["msg_id"], "began": began}

    def wait(self, sent, timeout=30.0, stdin=None):
        out = {"id": sent["id"], "reply": None, "messages": [], "others": [], "idle": None, "replied": None, "finished": None}
        poller = zmq.Poller()
        for made in (self.shell, self.iopub, self.stdin):
            poller.register(made, zmq.POLLIN)
        end = time.perf_counter() + timeout
        while out["idle"] is None or out["replied"] is None:
            left = end - time.perf_counter()
            if left <= 0:
                return out
            ready = dict(poller.poll(min(left, 0.3) * 1000))
            if not ready and not self.alive():
                out["dead"] = True
                return out
            now = time.perf_counter() - sent["began"]
            if self.iopub in ready:
                message = self._receive(self.iopub)
                own = (message["parent_header"] or {}).get("msg_id") == sent["id"]
                message["at"] = now
                out["messages" if own else "others"].append(message)
                if own and message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                    out["idle"] = now
            if self.shell in ready:
                message = self._receive(self.shell)
                if (message["parent_header"] or {}).get("msg_id") == sent["id"]:
                    out["reply"], out["replied"] = message["content"], now
            if self.stdin in ready:
                self._receive(self.stdin)
                self.session.send(self.stdin, "input_reply", {"value": stdin or ""})
        out["finished"] = max(out["idle"], out["replied"])
        return out

    def request(self, kind, content, channel="shell", timeout=10.0):
        """The content of the reply and the seconds that it took; (None, None) where none came."""
        made = getattr(self, channel)
        began = time.perf_counter()
        sent = self.session.send(made, kind, content)["header"]["msg_id"]
        while self._wait(made, began + timeout - time.perf_counter()):
            message = self._receive(made)
            if (message["parent_header"] or {}).get("msg_id") == sent:
                return message["content"], time.perf_counter() - began
        return None, None

    def complete(self, code, timeout=10.0):
        return self.request("complete_request", {"code": code, "cursor_pos": len(code)}, timeout=timeout)

    def heartbeat(self, timeout=1.0):
        made = self._socket(zmq.REQ, "hb")
        made.send(b"ping")
        answered = bool(made.poll(timeout * 1000))
        made.close()
        return answered

    def interrupt(self):
        """As its kernel.json says: by message, else by a signal to its group of processes."""
        if self.spec.get("interrupt_mode") == "message":
            self.request("interrupt_request", {}, "control", timeout=2)
        else:
            os.killpg(self.process.pid, signal.SIGINT)

    def published(self, seconds):
        """What is published in the next seconds."""
        end = time.perf_counter() + seconds
        found = []
        while (left := end - time.perf_counter()) > 0:
            if self.iopub.poll(left * 1000):
                found.append(self._receive(self.iopub))
        return found

    def memory(self):
        """MB of the whole tree: resident as the issue counts it, and proportional (pages that are shared count once)."""
        resident = proportional = 0
        for process in [self.known, *self.known.children(recursive=True)]:
            try:
                full = process.memory_full_info()
                resident += full.rss
                proportional += getattr(full, "pss", full.uss)
            except psutil.Error:
                pass
        return {"rss": round(resident / MB), "pss": round(proportional / MB)}

    def stop(self):
        """Ends the kernel with everything that it has started."""
        RUNNING.discard(self)
        family = []
        try:
            parent = psutil.Process(self.process.pid)
            family = [parent, *parent.children(recursive=True)]
        except psutil.Error:
            pass
        for process in family:
            try:
                process.kill()
            except psutil.Error:
                pass
        self.process.wait()
        self.log.close()
        self.context.destroy(linger=0)


def stop_all():
    for kernel in list(RUNNING):
        kernel.stop()


atexit.register(stop_all)
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, lambda *_: sys.exit(130))


def text_of(messages, name="stdout"):
    return "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream" and m["content"]["name"] == name)


def shown(messages):
    """Everything that the messages of a cell show, as plain text."""
    lines = []
    for message in messages:
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            lines.append(content["text"])
        elif kind in ("execute_result", "display_data", "update_display_data"):
            lines.append(str(content["data"].get("text/plain", "")))
        elif kind == "error":
            lines.append(content["ename"] + ": " + content["evalue"] + "\n" + "\n".join(content["traceback"]))
    return COLOUR.sub("", "\n".join(lines))


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for made in sockets:
        made.bind(("127.0.0.1", 0))
    ports = [made.getsockname()[1] for made in sockets]
    for made in sockets:
        made.close()
    return ports
