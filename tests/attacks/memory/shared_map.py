# What: memory that is shared by several processes, and belongs to none.
# Expect: memory_limit
# Limits: timeout=30s memory=64MiB
import mmap
import os

kept = []
for number in range(40):
    kept.append(mmap.mmap(-1, 10_000_000))
    if os.fork() == 0:
        kept[-1].write(b"x" * 10_000_000)
        os._exit(0)
    os.wait()
print("ESCAPED: 400 MB in memory")
