# What: leaves `main` by an exit whose code is no number.
# Expect: program_error
# Exit: 1
# Arguments: {}
# Result: none
# Says: a word for a code
import sys


def main():
    sys.exit("a word for a code")
