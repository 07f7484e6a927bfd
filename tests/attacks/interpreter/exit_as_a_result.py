# What: `main` leaves with a success that is none.
# Expect: no_result
# Arguments: {}
# Result: none
import sys


def main():
    sys.exit()
