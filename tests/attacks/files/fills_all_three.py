# What: a limit for each place is no limit for all of them.
# Expect: disk_limit
# Limits: timeout=30s memory=256MiB disk=16MiB
import os

written = 0
for place in ("/work", "/tmp", "/dev/shm"):
    with open(place + "/large", "wb", buffering=0) as file:
        try:
            while True:
                written += file.write(b"x" * 100_000)
        except OSError:
            pass
if written > 24 * 2**20:
    print("ESCAPED:", written, "bytes")
