# What: looks for what the run before it changed in Python.
# Expect: success
# After: leaves_python_state.py
# Arguments: {"text": "[1, 2]"}
# Result: [[1, 2], false, []]
import builtins
import json
import os


def main(text):
    return [json.loads(text), hasattr(builtins, "attack_was_here"), os.listdir(os.environ.get("TMPDIR", "/tmp"))]
