# What: prints far more than it may, as fast as it can, from many processes.
# Expect: output_limit
# Limits: timeout=30s output=1MiB
import os

for number in range(3):
    os.fork()
for number in range(25):
    os.write(1, b"x" * 1_000_000)
