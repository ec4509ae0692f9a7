"""bespokelabs-curator asked so many questions: URL IN_FLIGHT ROWS CACHE. Prints its CPU seconds and peak memory."""
import json, os, resource, sys, time

url, in_flight, rows, cache = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
os.environ.update(
    CURATOR_CACHE_DIR=cache, CURATOR_DISABLE_RICH_DISPLAY="1", CURATOR_VIEWER="0", TELEMETRY_ENABLED="false",
    HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_HOME=os.path.join(cache, "hf"), OPENAI_API_KEY="none",
    LITELLM_LOCAL_MODEL_COST_MAP="True", DO_NOT_TRACK="1",
)
from bespokelabs import curator  # noqa: E402


class Ask(curator.LLM):
    def prompt(self, row):
        return row["prompt"]

    def parse(self, row, response):
        return {"id": row["id"], "text": response}


def used():
    self, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return self.ru_utime + self.ru_stime + children.ru_utime + children.ru_stime


text = "Solve the problem with care, step by step, and put the answer into a box. " * 3
asked = [{"id": i, "prompt": f"#{i}# {text} What is {i} + {i}?"} for i in range(rows)]
ask = Ask(
    model_name="openai/m" if os.environ.get("CURATOR_BACKEND", "litellm") == "litellm" else "gpt-4o-mini",
    backend=os.environ.get("CURATOR_BACKEND", "litellm"),
    backend_params={
        "base_url": url, "max_concurrent_requests": in_flight, "max_requests_per_minute": 10**9,
        "max_tokens_per_minute": 10**12, "max_retries": 3,
    },
)
before, began = used(), time.time()
answers = ask(asked)
took = time.time() - began
data = getattr(answers, "dataset", answers)
print(json.dumps({"rows": len(data), "seconds": took, "cpu": used() - before,
                  "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
