# What: stays below the limit on each stream, and above it on both.
# Expect: output_limit
# Limits: timeout=30s output=64KiB
import os

os.write(1, b"x" * 40_000)
os.write(2, b"x" * 40_000)
