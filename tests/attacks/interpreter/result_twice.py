# What: writes a result by itself, and returns another.
# Expect: no_result
# Arguments: {}
# Result: none
import os


def main():
    os.write(3, b'"first"')
    return "second"
