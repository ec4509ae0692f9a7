"""Runs cells in any Jupyter kernel and prints every message of theirs as one JSON line.

    python drive.py KERNEL_JSON CWD < cells.json

cells.json: a list of code strings, or of {"code": …, "interruptAfter": seconds}. What comes late is
given to the cell that its message names.
"""
import json
import os
import pathlib
import sys
import tempfile
import threading
import time

argv, cwd = json.loads(sys.argv[1]), sys.argv[2]
folder = pathlib.Path(tempfile.mkdtemp(prefix="skylab-"))
spec = folder / "kernels" / "driven"
spec.mkdir(parents=True)
(spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "driven", "language": "typescript"}))
os.environ["JUPYTER_PATH"] = str(folder)

from jupyter_client.manager import KernelManager  # noqa: E402  reads JUPYTER_PATH when imported

manager = KernelManager(kernel_name="driven")
manager.start_kernel(cwd=cwd)
try:
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    cells = {}
    for number, cell in enumerate(json.load(sys.stdin)):
        cell = cell if isinstance(cell, dict) else {"code": cell}
        sent = client.execute(cell["code"])
        cells[sent] = number
        if "interruptAfter" in cell:
            threading.Timer(cell["interruptAfter"], manager.interrupt_kernel).start()
        while True:
            message = client.get_iopub_msg(timeout=60)
            parent = message["parent_header"].get("msg_id")
            kind, content = message["header"]["msg_type"], message["content"]
            if parent == sent and kind == "status" and content["execution_state"] == "idle":
                break
            if parent in cells and kind != "status":
                print(json.dumps({"cell": cells[parent], "type": kind, "content": content}), flush=True)
        reply = client.get_shell_msg(timeout=60)
        while reply["parent_header"].get("msg_id") != sent:
            reply = client.get_shell_msg(timeout=60)
        print(json.dumps({"cell": number, "type": "reply", "content": {"status": reply["content"]["status"]}}), flush=True)
        if reply["content"]["status"] != "ok":
            # tslab answers whatever comes in the 200 ms after an error with "abort".
            time.sleep(0.5)
finally:
    manager.shutdown_kernel(now=True)
    for file in sorted(folder.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    folder.rmdir()
