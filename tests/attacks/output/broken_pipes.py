# What: shuts its streams in every way there is, puts others in their places, and goes on.
# Expect: success
# Stdout: before
import fcntl
import os

os.write(1, b"before\n")
fcntl.fcntl(1, fcntl.F_SETFL, os.O_NONBLOCK | os.O_APPEND)
null = os.open("/dev/null", os.O_RDWR)
for number in (0, 1, 2):
    os.dup2(null, number)
os.write(1, b"ESCAPED: after\n")
