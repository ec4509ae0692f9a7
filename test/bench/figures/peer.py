"""peer.py FIGURES.json: draws the same figures with plotly.py and kaleido in this fresh process."""
import json
import os
import resource
import sys
import time

began = int(os.environ["BENCH_BEGAN"]) / 1000
import kaleido  # noqa: E402
import plotly.graph_objects as go  # noqa: E402

# One browser for all figures, as its documentation advises.
kaleido.start_sync_server(silence_warnings=True)
each, png, first = [], [], None
with open(sys.argv[1]) as file:
    figures = json.load(file)
for one in figures:
    start = time.perf_counter()
    figure = go.Figure({"data": one["data"], "layout": one["layout"]}, skip_invalid=True)
    figure.to_image("svg")
    if first is None:
        first = time.time() - began
    else:
        each.append(time.perf_counter() - start)
    start = time.perf_counter()
    figure.to_image("png", scale=2)
    png.append(time.perf_counter() - start)
kaleido.stop_sync_server(silence_warnings=True)
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
print(json.dumps({"first": first, "each": each, "png": png, "memory": memory}))
