# Sourced from the project's root: $environment is a Python environment that has LLaMA-Factory, installed where there is none.
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
