# What: eight processes, each far below the limit, are above it together.
# Expect: memory_limit
# Limits: timeout=30s memory=96MiB
import os
import time

for number in range(8):
    if os.fork() == 0:
        kept = bytearray(os.urandom(1_000_000) * 24)
        time.sleep(1000)
time.sleep(1000)
