# What: has its result printed, and what it prints as its result.
# Expect: no_result
# Arguments: {}
# Result: none
import os
import sys


def main():
    os.dup2(1, 9)
    os.dup2(3, 1)
    os.dup2(9, 3)
    print("this is no JSON", flush=True)
    return "this was no output"
