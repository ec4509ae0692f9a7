"""Measures kernels beside each other: python measure.py < plan.json > results.json; progress on standard error.

The plan: {"kernels": {name: {argv, language, interrupt_mode?, env?, cwd?}}, "groups": [...], "folder": "..."}.
Rounds are interleaved over the kernels in a turning order, so that a busy minute hits every one alike.
"""
import json
import re
import sys
import time

from cells import LANGUAGES
from client import Dead, Kernel, shown, text_of

plan = json.load(sys.stdin)
specs = plan["kernels"]
results = {name: {} for name in specs}


def say(*texts):
    print(*texts, file=sys.stderr, flush=True)


def start(name):
    return Kernel(specs[name], plan["folder"])


def cells(name):
    return LANGUAGES[specs[name]["language"]]


def turning(rounds):
    """Pairs of round and kernel; each round begins one kernel later. A kernel that did not answer is left out."""
    names = list(specs)
    for at in range(rounds):
        for i in range(len(names)):
            name = names[(i + at) % len(names)]
            if not results[name].get("dead"):
                yield at, name


def keep(name, key, seconds):
    results[name].setdefault(key, []).append(milliseconds(seconds))


def milliseconds(seconds):
    return None if seconds is None else round(seconds * 1000, 2)


def status(run):
    return (run["reply"] or {}).get("status")


def measure_start(rounds=14):
    """In turn: the first cell sent with the first breath, and as Jupyter's client does, once 0.2 s were quiet."""
    for at, name in turning(rounds):
        say(f"start {at + 1} of {rounds}: {name}")
        try:
            kernel = start(name)
        except Dead as problem:
            results[name]["dead"] = str(problem)
            continue
        keep(name, "start_ms", kernel.started)
        results[name]["version"] = f"{kernel.info.get('implementation')} {kernel.info.get('implementation_version')}"
        if at % 2:
            while kernel.iopub.poll(200):
                kernel.iopub.recv_multipart()
            keep(name, "first_ms", kernel.answer(*cells(name)["first"]))
        else:
            took = kernel.answer(*cells(name)["first"])
            keep(name, "at_once_ms", None if took is None else kernel.started + took)
        kernel.stop()


def measure_steady(rounds=20):
    """One kernel of each, all alive: latencies, completions, flood, hot loop, memory."""
    alive = {}
    for _, name in turning(1):
        kernel = alive[name] = start(name)
        kernel.run(cells(name)["first"][0], 60)
        kernel.run(cells(name)["list"], 60)
    # What a kernel loads in the background belongs to its memory after start.
    time.sleep(5)
    for _, name in turning(1):
        results[name]["memory_start"] = alive[name].memory()

    for at, name in turning(rounds):
        if at == 0:
            say(f"warm cells and completions: {name}")
        kernel, code = alive[name], cells(name)
        for _ in range(5):
            keep(name, "warm_ms", kernel.answer(code["expression"], "2", 10))
        keep(name, "declare_ms", kernel.run(code["declare"].replace("{n}", str(at)), 10)["finished"])
        for kind, (typed, wanted) in code["complete"].items():
            reply, took = kernel.complete(typed)
            found = any(match.split("(")[0].split(".")[-1] == wanted for match in (reply or {}).get("matches", []))
            keep(name, f"complete_{kind}_ms", took if found else None)

    for at, name in turning(3):
        say(f"hot loop and flood {at + 1} of 3: {name}")
        kernel, code = alive[name], cells(name)
        kernel.run(code["hot"]["before"])
        local = kernel.run(code["hot"]["local"], 60)["finished"]
        prior = kernel.run(code["hot"]["prior"], 60)["finished"]
        results[name].setdefault("hot", []).append([local, prior])
        results[name].setdefault("flood", []).append(flood(kernel, code["flood"]))
        # What still comes would stand in the way of the next round.
        if results[name]["flood"][-1]["seconds"] is None:
            kernel.stop()
            alive[name] = start(name)
    for _, name in turning(1):
        alive[name].stop()


def flood(kernel, code):
    run = kernel.run(code, 20)
    lines = [int(number) for number in re.findall(r"line (\d+)", text_of(run["messages"]))]
    later = kernel.published(0.5)
    return {
        "share": len(set(lines)) / 100000,
        "in_order": lines == sorted(lines),
        "seconds": run["finished"],
        "messages": sum(m["msg_type"] == "stream" for m in run["messages"]),
        # Lines that came after the cell was said to be over, and would stand under another.
        "late": sum(m["content"]["text"].count("\n") for m in later if m["msg_type"] == "stream"),
    }


def measure_memory(count=1000):
    for _, name in turning(1):
        say(f"memory after {count} cells: {name}")
        kernel, code = start(name), cells(name)
        kernel.run(code["first"][0], 60)
        time.sleep(5)
        before = kernel.memory()
        took = []
        for n in range(count):
            run = kernel.run(code["many"].replace("{n}", str(n)), 30)
            if run["finished"] is None:
                break
            took.append(milliseconds(run["finished"]))
        time.sleep(5)
        results[name]["memory_cells"] = {
            "count": len(took), "before": before, "after": kernel.memory(),
            "first_hundred_ms": took[:100], "last_hundred_ms": took[-100:],
        }
        kernel.stop()


def measure_interrupts(patience=4.0):
    for _, name in turning(1):
        kernel, code = None, cells(name)
        before, after, wanted = code["keep"]
        outcome = {}
        for label, hang in code["hangs"].items():
            say(f"interrupt, {label}: {name}")
            if kernel is None:
                kernel = start(name)
                kernel.run(before, 60)
            sent = kernel.execute(hang)
            time.sleep(0.7)
            answers = kernel.heartbeat() and kernel.request("kernel_info_request", {}, "control", 1)[0] is not None
            began = time.perf_counter()
            if kernel.alive():
                kernel.interrupt()
            run = kernel.wait(sent, patience)
            took = time.perf_counter() - began
            ended = run["finished"] is not None
            # tslab refuses all cells for 0.2 s after an error.
            time.sleep(0.4)
            kept = ended and kernel.answer(after, wanted, patience) is not None
            outcome[label] = {"ended": ended, "kept": kept, "ms": milliseconds(took) if ended else None,
                              "answers": answers, "died": not kernel.alive()}
            if not kept:
                kernel.stop()
                kernel = None
        results[name]["interrupts"] = outcome
        if kernel:
            kernel.stop()


def measure_behaviour():
    for _, name in turning(1):
        say(f"behaviour: {name}")
        kernel = start(name)
        results[name]["behaviour"] = found = {}
        for label, check in CHECKS.items():
            try:
                if not kernel.alive():
                    raise Dead(label)
                found[label] = check(kernel, cells(name))
            except Dead:
                found[label] = None
                kernel.stop()
                kernel = start(name)
            time.sleep(0.4)
        kernel.stop()


def check_error(kernel, code):
    typed, kind, message = code["error"]
    run = kernel.run(typed, 10)
    errors = [m["content"] for m in run["messages"] if m["msg_type"] == "error"]
    return bool(errors) and errors[0]["ename"] == kind and errors[0]["evalue"] == message and status(run) == "error"


def check_error_lines(kernel, code):
    """The traceback names line 3, where it was thrown, and line 5, where the cell called it."""
    run = kernel.run(code["error"][0], 10)
    text = shown([m for m in run["messages"] if m["msg_type"] == "error"])
    near = r"(?:cell|input|line|\[\d+\]|\.ts|anonymous)[^\n]{0,40}?[:\s(]%d\b|-+> %d\b"
    return all(re.search(near % (line, line), text, re.I) for line in (3, 5))


def check_types(kernel, code):
    text = shown(kernel.run(code["wrong"], 10)["messages"])
    end = time.perf_counter() + 8
    while "not assignable" not in text and time.perf_counter() < end:
        text += shown(kernel.published(0.5))
    return "not assignable" in text


def check_late(kernel, code):
    sent = kernel.run(code["late"], 10)
    kernel.run(code["expression"], 10)
    streams = [m for m in kernel.published(1) if m["msg_type"] == "stream"]
    return bool(streams) and streams[0]["parent_header"].get("msg_id") == sent["id"]


def check_closure(kernel, code):
    lines, wanted = code["closure"]
    for line in lines:
        run = kernel.run(line, 10)
    return shown(run["messages"]).strip() == wanted


def check_busy(kernel, code):
    sent = kernel.execute(code["spin"])
    time.sleep(0.3)
    answered = kernel.heartbeat() and kernel.request("kernel_info_request", {}, "control", 0.5)[0] is not None
    kernel.wait(sent, 10)
    return answered


def check_completion_while_waiting(kernel, code):
    kernel.run(code["list"], 10)
    sent = kernel.execute(code["sleep"])
    time.sleep(0.1)
    typed, _ = code["complete"]["variable"]
    reply, took = kernel.complete(typed, 3)
    kernel.wait(sent, 10)
    return bool(reply and reply.get("matches")) and took < 0.5


def check_stdin(kernel, code):
    typed, wanted = code["stdin"]
    return wanted in shown(kernel.run(typed, 5, stdin="Ada")["messages"])


def check_invalid(kernel, code):
    reply, _ = kernel.request("is_complete_request", {"code": code["invalid"]}, timeout=3)
    return bool(reply) and reply.get("status") == "invalid"


def check_history(kernel, code):
    reply, _ = kernel.request("history_request", {"hist_access_type": "tail", "n": 2, "output": False, "raw": True}, timeout=3)
    return bool(reply and len(reply.get("history") or []) == 2)


CHECKS = {
    "error message": check_error,
    "error lines": check_error_lines,
    "types checked": check_types,
    "late output": check_late,
    "closures": check_closure,
    "async for": lambda kernel, code: code["async for"][1] in shown(kernel.run(code["async for"][0], 5)["messages"]),
    "answers while busy": check_busy,
    "completes while a cell waits": check_completion_while_waiting,
    "stdin": check_stdin,
    "is_complete invalid": check_invalid,
    "history": check_history,
}

GROUPS = {
    "start": measure_start,
    "steady": measure_steady,
    "memory": measure_memory,
    "interrupts": measure_interrupts,
    "behaviour": measure_behaviour,
}

for group in plan["groups"]:
    GROUPS[group]()
json.dump(results, sys.stdout)
