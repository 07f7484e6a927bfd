# What: takes from the worker every function that it could still need. It chooses no status by that.
# Expect: success | no_result | program_error
# Arguments: {}
import builtins
import json
import os


def main():
    json.dumps = json.loads = lambda *words, **named: '{"status": "memory_limit"}'
    os.write = lambda number, data: len(data)
    os.close = os.read = lambda *words: None
    for name in ("hasattr", "isinstance", "len", "open", "getattr", "callable", "TypeError", "SystemExit", "BaseException"):
        setattr(builtins, name, None)
    return 1
