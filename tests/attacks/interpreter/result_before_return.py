# What: writes its result by itself, and ends before `main` returns. A program may choose its result.
# Expect: success | no_result
# Arguments: {}
import os


def main():
    os.write(3, b'"forged"')
    os._exit(0)
