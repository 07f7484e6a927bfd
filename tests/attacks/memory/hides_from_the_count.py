# What: cannot be looked into by processes of its own user while it fills memory.
# Expect: memory_limit
# Limits: timeout=30s memory=64MiB
import ctypes

PR_SET_DUMPABLE, PR_SET_NAME = 4, 15
libc = ctypes.CDLL(None)
libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
libc.prctl(PR_SET_NAME, b") S 1 1 1 0", 0, 0, 0)
kept = []
while True:
    kept.append(bytearray(b"x" * 1_000_000))
