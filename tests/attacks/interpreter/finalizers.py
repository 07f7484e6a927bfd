# What: objects that begin something new when Python ends.
# Expect: success | time_limit | process_limit | program_error
# Arguments: {}
# Limits: timeout=3s
import os
import sys


class Late:
    def __del__(self):
        try:
            os.write(3, b"ESCAPED")
        except OSError:
            pass
        os.fork()


kept = [Late() for number in range(3)]


def main():
    sys.kept = kept
    return 1
