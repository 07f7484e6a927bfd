# What: walks up to the worker's own frames, and changes what it finds there.
# Expect: success | no_result | program_error
# Arguments: {}
import gc
import sys


def main():
    frame = sys._getframe()
    while frame is not None:
        for name in ("RESULT", "ARGUMENTS"):
            if name in frame.f_globals:
                frame.f_globals[name] = 1
        for name in ("write_all", "encode", "show"):
            if name in frame.f_globals:
                frame.f_globals[name] = lambda *words: b'{"limit": "memory"}'
        frame = frame.f_back
    for found in gc.get_objects():
        if isinstance(found, dict) and "SECRET_OF_THE_HOST" in found:
            print("ESCAPED: a secret of the host")
    return 1
