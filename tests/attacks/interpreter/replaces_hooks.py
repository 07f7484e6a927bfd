# What: decides by hooks how its own failure looks. It can end well, and has no result by that.
# Expect: no_result | program_error
# Arguments: {}
# Result: none
import os
import sys


def hook(*words):
    os._exit(0)


sys.excepthook = sys.unraisablehook = sys.displayhook = hook


def main():
    raise RuntimeError("nobody sees this")
