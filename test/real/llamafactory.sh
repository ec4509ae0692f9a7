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

environment=${LLAMAFACTORY:-${XDG_CACHE_HOME:-$HOME/.cache}/skylab/llamafactory}
if [ ! -x "$environment/bin/llamafactory-cli" ]; then
  began=$(date +%s)
  echo "installing torch and llamafactory from PyPI into $environment"
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet torch==2.13.0 llamafactory
  # Where pip takes torch's build for the CPU, torchvision and torchaudio are still built for CUDA and do not load.
  # Texts need neither: without its compiled part torchaudio imports, and transformers does without torchvision.
  if ! "$environment/bin/python" -c 'import torchaudio, torchvision' 2>/dev/null; then
    "$environment/bin/pip" uninstall --quiet --yes torchvision
    rm -f "$environment"/lib/python3*/site-packages/torchaudio/lib/*.so
  fi
  echo "installed in $(($(date +%s) - began)) s, $(du -sm "$environment" | cut -f 1) MB"
fi

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
