# What: prints for ever, without a newline.
# Expect: output_limit
# Limits: timeout=30s output=1MiB
import sys

while True:
    sys.stdout.write("x" * 100_000)
