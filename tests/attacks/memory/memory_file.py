# What: a file in memory that has no name and belongs to no process, does not exist.
# Expect: success
# Limits: timeout=30s memory=64MiB disk=1GiB
import os

try:
    kept = os.memfd_create("x")
except OSError:
    raise SystemExit(0)
for number in range(400):
    os.write(kept, b"x" * 1_000_000)
print("ESCAPED: 400 MB in memory")
