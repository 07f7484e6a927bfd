# What: becomes another program in the middle of `main`, which inherits everything.
# Expect: no_result
# Exit: 0
# Arguments: {}
# Result: none
import os


def main():
    os.execv("/bin/sh", ["sh", "-c", "exit 0"])
