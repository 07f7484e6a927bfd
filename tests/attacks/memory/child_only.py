# What: a child runs out of memory, and the parent says that all is well.
# Expect: memory_limit
# Limits: timeout=30s memory=64MiB
import os

if os.fork() == 0:
    kept = []
    while True:
        kept.append(bytearray(b"x" * 1_000_000))
os.wait()
print("all is well")
