# What: ends with 0 before `main` returns.
# Expect: no_result
# Exit: 0
# Arguments: {}
# Result: none
import os


def main():
    os._exit(0)
