# What: names that are no text.
# Expect: success
# Refused: � = its name is not UTF-8
import os

os.mkdir("artifacts")
for name in (b"\xff", b"\xed\xa0\x80"):
    with open(b"artifacts/" + name, "w") as file:
        file.write("x")
