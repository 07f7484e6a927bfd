# What: prints exactly as much as it may.
# Expect: success
# Limits: timeout=30s output=64KiB
import sys

sys.stdout.write("x" * 65536)
