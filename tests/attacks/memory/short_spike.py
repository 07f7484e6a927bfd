# What: takes memory for a moment only, and ends before anybody looks.
# Expect: memory_limit
# Limits: timeout=30s memory=64MiB
import os

kept = b"x" * 300_000_000
os._exit(0)
