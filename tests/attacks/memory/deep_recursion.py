# What: overflows the stack of the interpreter itself. That is a crash, whatever the limits are.
# Expect: program_error | memory_limit
# Arguments: {}
# Result: none
# Limits: memory=512MiB
import sys


def main():
    sys.setrecursionlimit(10**9)

    class Deep:
        def __repr__(self):
            return repr(self)

    return repr(Deep())
