# What: an artifact above the limit, beside one below it.
# Expect: success
# Artifacts: ["small"]
# Refused: large = larger than 65536 bytes
# Limits: artifact_size=64KiB
import os

os.mkdir("artifacts")
for name, size in (("large", 65537), ("small", 65536)):
    with open("artifacts/" + name, "wb") as file:
        file.write(b"x" * size)
