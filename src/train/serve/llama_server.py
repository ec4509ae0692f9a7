"""
llama-cpp-python's server; takes the server's own arguments.

On virtual machines that announce AMX without carrying its tiles, weights that were repacked for it end the process at the
first question (SIGILL), although the system grants the tiles. So there weights stay as they are in the file; elsewhere
llama.cpp repacks them for the processor, which is faster.
"""

import runpy

import llama_cpp.llama_cpp as c

try:
    flags = open("/proc/cpuinfo").read()
except OSError:
    flags = ""
if "amx_tile" in flags and "hypervisor" in flags:
    default = c.llama_model_default_params

    def plain():
        params = default()
        params.use_extra_bufts = False
        return params

    c.llama_model_default_params = plain
runpy.run_module("llama_cpp.server", run_name="__main__")
