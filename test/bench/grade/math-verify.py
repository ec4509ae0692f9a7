"""Math-Verify as its README uses it: parse(gold), parse(pred), verify(gold, pred). JSON Lines in and out."""
import json
import logging
import sys
import time

from math_verify import parse, verify

logging.disable(logging.CRITICAL)
for line in sys.stdin:
    pair = json.loads(line)
    started = time.perf_counter()
    try:
        gold, pred = (parse(text) for text in (pair['gold'], pair['pred']))
        equal = bool(gold) and bool(pred) and bool(verify(gold, pred))
    except Exception:
        equal = False
    print(json.dumps({'equal': equal, 'seconds': time.perf_counter() - started}), flush=True)
