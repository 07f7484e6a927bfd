# What: a file that has no name any more still has its bytes.
# Expect: memory_limit
# Limits: timeout=30s memory=64MiB disk=1GiB
import os

kept = []
for number in range(40):
    kept.append(open("/tmp/large", "wb", buffering=0))
    os.unlink("/tmp/large")
    kept[-1].write(b"x" * 10_000_000)
print("ESCAPED: 400 MB in memory")
