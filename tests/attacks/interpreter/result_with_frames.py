# What: writes what the agent would say to where its result goes.
# Expect: no_result
# Arguments: {}
# Result: none
import os
import struct


def main():
    words = b'{"exit_code":0,"signal":null,"limit":"memory"}'
    for kind in range(60, 80):
        os.write(3, struct.pack("<IB", len(words), kind) + words)
    os._exit(0)
