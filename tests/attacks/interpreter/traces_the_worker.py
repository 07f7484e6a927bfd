# What: traces every line from here on, the worker's too, and raises in the middle of it.
# Expect: program_error | no_result
# Arguments: {}
# Result: none
import sys
import threading


def trace(frame, event, argument):
    if frame.f_code.co_name in ("encode", "encode_plainly", "write_all", "dumps"):
        raise RuntimeError("in your code")
    return trace


def main():
    sys.settrace(trace)
    threading.settrace(trace)
    sys.setprofile(trace)
    return 1
