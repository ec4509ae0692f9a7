#!/bin/sh
# Our training files against the real LLaMA-Factory, on the CPU:
#
#   sh test/real/llamafactory.sh            checks
#   sh test/real/llamafactory.sh --record   checks, and keeps the log as fixtures/trainer_log.jsonl
#
# Checked: every key of our yaml exists there, our list of keys is its list, its converter takes and skips
# the rows that ours says it will, and a full fine-tune of a tiny random Qwen2 runs from our yaml to its end.
#
# LLAMAFACTORY  a Python environment that has llamafactory. Without it one is made under build-cache of the
#               user (about 6 GB and 10 minutes: torch, transformers, llamafactory from PyPI).
# DATASET       a folder with dataset_info.json; default: runs/sky-t1 where it is, else rows made up here.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"

. test/real/llamafactory-environment.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HF_HUB_OFFLINE=1 DISABLE_VERSION_CHECK=1 TOKENIZERS_PARALLELISM=false WANDB_MODE=disabled

npx node test/real/llamafactory.mjs write "$work" "${DATASET:-}"
"$environment/bin/python" -P test/real/llamafactory.py check "$work"

began=$(date +%s)
(cd "$work" && nice "$environment/bin/llamafactory-cli" train train.yaml > train.log 2>&1) || { tail -n 30 "$work/train.log"; exit 1; }
echo "trained in $(($(date +%s) - began)) s: $(wc -l < "$work/output/trainer_log.jsonl") log lines"
"$environment/bin/python" -P test/real/llamafactory.py after "$work"

if [ "${1:-}" = --record ]; then
  cp "$work/output/trainer_log.jsonl" fixtures/trainer_log.jsonl
  cp "$work/origin.json" fixtures/trainer_log.origin.json
  echo "kept as fixtures/trainer_log.jsonl"
fi
