"""The openai package with asyncio, as such scripts are written (open-r1's generate_reasoning.py is one): a semaphore,
a line of JSON for each answer as it comes, and on a second run only what no line holds.

URL IN_FLIGHT ROWS FILE. Prints its CPU seconds and peak memory."""
import asyncio, json, os, resource, sys, time

import httpx
from openai import AsyncOpenAI

url, in_flight, rows, file = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
text = "Solve the problem with care, step by step, and put the answer into a box. " * 3


def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def main():
    began, before = time.time(), used()
    done = {}
    if os.path.exists(file):
        for line in open(file):
            try:
                row = json.loads(line)
                done[row["id"]] = row
            except ValueError:
                pass  # torn by a kill
    resumed = time.time() - began
    out = open(file, "a", buffering=1)
    if os.path.exists(file) and os.path.getsize(file) > 0:
        with open(file, "rb") as check:
            check.seek(-1, 2)
            if check.read() != b"\n":
                out.write("\n")
    limits = httpx.Limits(max_connections=in_flight + 8, max_keepalive_connections=in_flight + 8)
    client = AsyncOpenAI(base_url=url, api_key="none", timeout=600,
                         http_client=httpx.AsyncClient(limits=limits, timeout=600))
    turn = asyncio.Semaphore(in_flight)

    async def ask(i):
        async with turn:
            answer = await client.chat.completions.create(
                model="m", max_tokens=64, temperature=0.7,
                messages=[{"role": "user", "content": f"#{i}# {text} What is {i} + {i}?"}])
        choice = answer.choices[0]
        row = {"id": i, "text": choice.message.content, "finish": choice.finish_reason, "usage": answer.usage.model_dump()}
        out.write(json.dumps(row) + "\n")
        done[i] = row

    await asyncio.gather(*(ask(i) for i in range(rows) if i not in done))
    print(json.dumps({"rows": len(done), "seconds": time.time() - began, "resumed": resumed, "cpu": used() - before,
                      "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


asyncio.run(main())
