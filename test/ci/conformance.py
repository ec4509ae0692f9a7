"""jupyter_kernel_test, the Jupyter project's own conformance suite, for the kernel named on the command line."""
import sys
import unittest

import jupyter_kernel_test as suite

KERNEL = sys.argv.pop(1)


class Conformance(suite.KernelTests):
    kernel_name = KERNEL
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('test')"
    completion_samples = [{"text": "JSON.str", "matches": {"stringify"}}, {"text": "[1, 2].fla"}, {"text": "🙂"}]
    complete_code_samples = ["1", "const f = (x: number) => x * 2", "await Promise.resolve(1)", ""]
    incomplete_code_samples = ["function f() {", "`abc", "[1, 2,", "class A {\n  b() {"]
    invalid_code_samples = ["const = = 5", ")(", "let 1a = 2"]
    code_generate_error = "throw new Error('x')"
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "'a' + 'b'", "result": "'ab'"},
        {"code": "({ 'text/html': '<b>x</b>' })", "mime": "text/html", "result": "<b>x</b>"},
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "1 + 2 + 3", "result": "6"},
    ]
    code_display_data = [
        {"code": "display({ 'text/html': '<b>x</b>' })", "mime": "text/html"},
        {"code": "display({ 'image/svg+xml': '<svg/>' })", "mime": "image/svg+xml"},
    ]
    code_history_pattern = "1*2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "parseInt"
    code_clear_output = "clearOutput()"

    # Payloads are deprecated in the protocol; what is known of a name is shown in the cell's output.
    test_pager = None


class Welcome(suite.IopubWelcomeTests):
    kernel_name = KERNEL
    support_iopub_welcome = True


unittest.main(verbosity=2)
