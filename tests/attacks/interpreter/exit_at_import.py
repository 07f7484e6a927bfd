# What: ends with 0 before there is a `main`.
# Expect: no_result
# Arguments: {}
# Result: none
import sys

sys.exit(0)
