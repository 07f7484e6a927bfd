# What: takes the place of process 1 for its orphans, and ends before them.
# Expect: success
# Stdout: parent
import ctypes
import os
import time


def leave():
    try:
        os.setsid()
    except PermissionError:  # gVisor's agent refuses it
        os.setpgid(0, 0)


ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
if os.fork() == 0:
    for number in range(5):
        if os.fork() == 0:
            leave()
            time.sleep(1000)
    os._exit(0)
assert os.wait()[1] == 0
print("parent")
