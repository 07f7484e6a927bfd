# What: puts objects of its own in the places of Python's streams.
# Expect: success | program_error
# Arguments: {}
# Result: 1
import sys


class Stream:
    def __getattr__(self, name):
        raise SystemExit(0)

    def write(self, text):
        raise SystemExit(0)


def main():
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = Stream()
    sys.stdin = None
    return 1
