# What: artifacts that nobody may read, and a directory that nobody may enter.
# Expect: success
# Refused: file = it cannot be read
# Refused: closed = it cannot be read
import os

os.makedirs("artifacts/closed")
for name in ("artifacts/file", "artifacts/closed/file"):
    with open(name, "w") as file:
        file.write("x")
os.chmod("artifacts/file", 0)
os.chmod("artifacts/closed", 0)
