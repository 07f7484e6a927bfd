# What: writes the half of a result, and ends.
# Expect: no_result
# Exit: 0
# Arguments: {}
# Result: none
import os


def main():
    os.write(3, b'{"status": "success", "resu')
    os._exit(0)
