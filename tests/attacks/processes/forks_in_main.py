# What: forks in `main`, and both return. What they write together is no result, or that of one.
# Expect: success | no_result
# Arguments: {}
import os


def main():
    os.fork()
    return "the result"
