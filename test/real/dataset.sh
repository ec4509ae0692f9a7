#!/bin/sh
# What `dataset` writes, in the real LLaMA-Factory on the CPU: every form is loaded with no row skipped and tokenised with
# the template qwen, our token counts are its own, and in a set of faulty rows it uses those that checkDataset says.
#
# LLAMAFACTORY  a Python environment that has llamafactory. Without it one is made in the cache of the user
#               (about 6 GB and 10 minutes: torch, transformers, llamafactory from PyPI).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"

. test/real/llamafactory-environment.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HF_HUB_OFFLINE=1 DISABLE_VERSION_CHECK=1 TOKENIZERS_PARALLELISM=false WANDB_MODE=disabled HF_HOME="$work/hf"

npx node test/real/dataset.mjs write "$work"
"$environment/bin/python" -P test/real/dataset.py tokenizer "$work"
npx node test/real/dataset.mjs count "$work"
"$environment/bin/python" -P test/real/dataset.py check "$work"
