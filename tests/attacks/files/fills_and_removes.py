# What: fills a directory and empties it again, so that who looks later finds room.
# Expect: disk_limit | success
# Limits: timeout=30s memory=256MiB disk=16MiB
import os

try:
    with open("/tmp/large", "wb") as file:
        for number in range(64):
            file.write(b"x" * 1_000_000)
    print("ESCAPED: 64 MB")
except OSError as error:
    print(error)
os.unlink("/tmp/large")
