"""Runs cells in any Jupyter kernel and prints every message of theirs as one JSON line.

    python drive.py KERNEL_JSON CWD < cells.json     (cells.json: a list of code strings)
"""
import json
import os
import pathlib
import sys
import tempfile

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
    for number, code in enumerate(json.load(sys.stdin)):
        sent = client.execute(code)
        while True:
            message = client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != sent:
                continue
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            if kind != "status":
                print(json.dumps({"cell": number, "type": kind, "content": content}), flush=True)
        reply = client.get_shell_msg(timeout=60)
        while reply["parent_header"].get("msg_id") != sent:
            reply = client.get_shell_msg(timeout=60)
        print(json.dumps({"cell": number, "type": "reply", "content": {"status": reply["content"]["status"]}}), flush=True)
finally:
    manager.shutdown_kernel(now=True)
    for file in sorted(folder.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    folder.rmdir()
