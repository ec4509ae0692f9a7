"""Drives a kernel with jupyter_client as a test tells it: JSON lines in, JSON lines out.

Each input line is {"do": NAME, ...}; each answer one line, {"ok": ...} or {"fault": TEXT}.
"""
import json
import os
import queue
import sys
import time

import zmq
from jupyter_client.manager import KernelManager

KERNEL = sys.argv[1]
manager = KernelManager(kernel_name=KERNEL)
manager.start_kernel(cwd=os.getcwd(), stderr=open(sys.argv[2], "wb"))
client = manager.blocking_client()
client.start_channels()
client.wait_for_ready(timeout=60)
sent = {}


def wait(message_id, timeout=60, answer=None, after=0.0):
    """Everything that answers one request, until its reply and its idle status have come."""
    messages, reply, idle, asked = [], None, False, None
    end = time.time() + timeout
    poller = zmq.Poller()
    for channel in (client.shell_channel, client.iopub_channel, client.stdin_channel):
        poller.register(channel.socket, zmq.POLLIN)
    while not (reply and idle) and time.time() < end:
        ready = dict(poller.poll(200))
        if client.iopub_channel.socket in ready:
            message = client.get_iopub_msg(timeout=1)
            if message["parent_header"].get("msg_id") != message_id:
                sent.setdefault(message["parent_header"].get("msg_id"), []).append(message)
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                idle = True
            messages.append(message)
        if client.shell_channel.socket in ready:
            message = client.get_shell_msg(timeout=1)
            if message["parent_header"].get("msg_id") == message_id:
                reply = message
        if client.stdin_channel.socket in ready:
            asked = client.get_stdin_msg(timeout=1)["content"]
            client.input(answer or "")
    end = time.time() + after
    while time.time() < end:
        try:
            message = client.get_iopub_msg(timeout=0.05)
            messages.append(message)
        except queue.Empty:
            pass
    return dict(
        id=message_id,
        reply=reply and reply["content"],
        idle=idle,
        asked=asked,
        outputs=[
            dict(type=m["msg_type"], content=m["content"], parent=m["parent_header"].get("msg_id")) for m in messages
        ],
    )


def do(name, **given):
    if name == "run":
        answer, timeout, after = given.pop("answer", None), given.pop("timeout", 60), given.pop("after", 0)
        return wait(client.execute(allow_stdin=answer is not None, **given), timeout, answer, after)
    if name == "send":
        return client.execute(allow_stdin=False, **given)
    if name == "wait":
        return wait(given["id"], given.get("timeout", 60))
    if name == "gather":
        return [wait(message_id) for message_id in given["ids"]]
    if name == "request":
        control = given.get("channel") == "control"
        message = client.session.msg(given["type"], given.get("content", {}))
        (client.control_channel if control else client.shell_channel).send(message)
        started, end = time.time(), time.time() + given.get("timeout", 20)
        while time.time() < end:
            try:
                got = (client.get_control_msg if control else client.get_shell_msg)(timeout=1)
            except queue.Empty:
                continue
            if got["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return dict(type=got["msg_type"], content=got["content"], seconds=time.time() - started)
        return None
    if name == "heartbeat":
        info = manager.get_connection_info()
        socket = zmq.Context.instance().socket(zmq.REQ)
        socket.linger = 0
        socket.connect("tcp://%s:%s" % (info["ip"], info["hb_port"]))
        socket.send(b"ping")
        answered = bool(socket.poll(3000)) and socket.recv() == b"ping"
        socket.close()
        return answered
    if name == "forge":
        # A request signed with a key that is not the kernel's.
        info = manager.get_connection_info()
        socket = zmq.Context.instance().socket(zmq.DEALER)
        socket.linger = 0
        socket.connect("tcp://%s:%s" % (info["ip"], info["shell_port"]))
        from jupyter_client.session import Session

        Session(key=b"not the key").send(socket, "kernel_info_request", {})
        answered = bool(socket.poll(1000))
        socket.close()
        return answered
    if name == "subscribe":
        # A new subscriber is greeted (JEP 65).
        info = manager.get_connection_info()
        socket = zmq.Context.instance().socket(zmq.SUB)
        socket.linger = 0
        socket.setsockopt(zmq.SUBSCRIBE, b"")
        socket.connect("tcp://%s:%s" % (info["ip"], info["iopub_port"]))
        greeting = None
        if socket.poll(5000):
            _, parts = client.session.feed_identities(socket.recv_multipart())
            greeting = client.session.deserialize(parts)["msg_type"]
        socket.close()
        return greeting
    if name == "info":
        return dict(pid=manager.provisioner.process.pid, alive=manager.is_alive())
    if name == "signal":
        os.kill(manager.provisioner.process.pid, given["number"])
        return True
    if name == "shutdown":
        client.shutdown(restart=False)
        reply = client.get_control_msg(timeout=10)
        end = time.time() + 10
        while manager.is_alive() and time.time() < end:
            time.sleep(0.05)
        return dict(type=reply["msg_type"], content=reply["content"], alive=manager.is_alive())
    raise ValueError(name)


print(json.dumps({"ok": "ready"}), flush=True)
for line in sys.stdin:
    command = json.loads(line)
    try:
        print(json.dumps({"ok": do(command.pop("do"), **command)}, default=str), flush=True)
    except Exception as error:  # the test shows it
        print(json.dumps({"fault": repr(error)}), flush=True)
if manager.is_alive():
    manager.shutdown_kernel(now=True)
