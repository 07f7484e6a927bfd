# What: closes where its result goes, and returns.
# Expect: program_error | no_result
# Arguments: {}
# Result: none
import os


def main():
    os.closerange(0, 1024)
    return 1
