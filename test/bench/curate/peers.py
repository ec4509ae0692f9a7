"""The peers of test/bench/curate.mjs on a JSON Lines file of {id, text}; prints what was flagged, seconds and memory."""

import json
import os
import resource
import shutil
import subprocess
import sys
import time

what, file, *rest = sys.argv[1:]
rows = [json.loads(line) for line in open(file, encoding="utf-8")]


def usage():
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return cpu, max(own.ru_maxrss, children.ru_maxrss) / 1024


def report(flagged, began, before):
    cpu, rss = usage()
    print(json.dumps({"flagged": flagged, "seconds": time.time() - began, "cpu": cpu - before, "rss": rss}))


def text_dedup():
    """Its own command line, on the rows as a local JSON data set."""
    from datasets import load_from_disk

    output = os.path.join(rest[0], "text-dedup")
    shutil.rmtree(output, ignore_errors=True)
    arguments = ["--path", "json", "--data_files", file, "--split", "train", "--column", "text", "--output", output]
    arguments += ["--cache_dir", os.path.join(rest[0], "hf"), "--num_proc", "1", "--ngram", "5", "--min_length", "5"]
    arguments += ["--threshold", "0.7", "--batch_size", "10000"]
    began, (before, _) = time.time(), usage()
    run = subprocess.run(
        [sys.executable, "-m", "text_dedup.minhash", *arguments], capture_output=True, text=True, cwd=rest[0]
    )
    if run.returncode != 0:
        sys.exit(run.stderr[-3000:] + run.stdout[-500:])
    kept = set(load_from_disk(output)["id"])
    report([row["id"] for row in rows if row["id"] not in kept], began, before)


def datatrove_minhash():
    """Its four steps: signatures, buckets, clusters, filter."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers.jsonl import JsonlWriter

    work = os.path.join(rest[0], "datatrove")
    shutil.rmtree(work, ignore_errors=True)
    source = os.path.join(work, "in")
    os.makedirs(source)
    shutil.copy(file, os.path.join(source, "rows.jsonl"))
    config = MinhashConfig(n_grams=5)
    at = lambda name: os.path.join(work, name)
    began, (before, _) = time.time(), usage()
    steps = [
        ([JsonlReader(source), MinhashDedupSignature(at("signatures"), config=config)], 1),
        ([MinhashDedupBuckets(at("signatures"), at("buckets"), config=config)], config.num_buckets),
        ([MinhashDedupCluster(at("buckets"), at("remove"), config=config)], 1),
        ([JsonlReader(source), MinhashDedupFilter(at("remove")), JsonlWriter(at("out"), compression=None)], 1),
    ]
    for i, (pipeline, tasks) in enumerate(steps):
        LocalPipelineExecutor(pipeline=pipeline, tasks=tasks, workers=1, logging_dir=at(f"logs{i}")).run()
    kept = set()
    for name in os.listdir(at("out")):
        kept.update(json.loads(line)["id"] for line in open(os.path.join(at("out"), name), encoding="utf-8"))
    report([row["id"] for row in rows if row["id"] not in kept], began, before)


def datatrove_decont():
    """Its filter, over an index made by its own functions: its indexer takes lighteval's tasks only."""
    import numpy as np
    from datatrove.data import Document
    from datatrove.pipeline.decont import NGramsDecontConfig, NGramsDecontFilter
    from datatrove.utils.text import ngrams, simplify_text

    bench, n, folder = rest
    index = os.path.join(folder, f"index{n}")
    shutil.rmtree(index, ignore_errors=True)
    os.makedirs(index)
    config = NGramsDecontConfig(n_grams=int(n))
    began, (before, _) = time.time(), usage()
    decont = NGramsDecontFilter(index, config=config)
    hashes = set()
    for line in open(bench, encoding="utf-8"):
        words = decont.tokenizer.word_tokenize(simplify_text(json.loads(line)["text"], config.norm_config))
        hashes.update(decont.hash_func(" ".join(gram)) for gram in ngrams(words, config.n_grams))
    np.array(sorted(hashes), dtype=np.dtype(config.hash_config.np_descr)).tofile(
        os.path.join(index, "benchmarks.index.hashes")
    )
    flagged = []
    for row in rows:
        if decont.filter(Document(text=row["text"], id=row["id"])) is not True:
            flagged.append(row["id"])
    report(flagged, began, before)


{"text-dedup": text_dedup, "datatrove-minhash": datatrove_minhash, "datatrove-decont": datatrove_decont}[what]()
