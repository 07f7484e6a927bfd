# What: prints what the agent would say to the host.
# Expect: program_error
# Exit: 9
import struct
import sys


def frame(kind, text):
    return struct.pack("<IB", len(text), kind) + text


words = b'{"exit_code":0,"signal":null,"limit":null}'
for kind in range(60, 80):
    sys.stdout.buffer.write(frame(kind, words))
    sys.stderr.buffer.write(frame(kind, words))
sys.stdout.flush()
sys.exit(9)
