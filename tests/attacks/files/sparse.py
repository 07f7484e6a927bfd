# What: a file that is a terabyte long and takes no room, as an artifact too.
# Expect: success
# Limits: disk=16MiB
import os

os.mkdir("artifacts")
try:
    with open("artifacts/large", "wb") as file:
        file.truncate(1 << 40)
    print("ESCAPED: a file above the limit of its size")
except OSError:
    os.unlink("artifacts/large")
