# What: ends with the number that a crashed gVisor ends with.
# Expect: program_error
# Exit: 2
import os

os._exit(2)
