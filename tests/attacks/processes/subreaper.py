# What: takes the place of process 1 for its orphans, and ends before them.
# Expect: success
# Stdout: parent
import ctypes
import os
import time

ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
if os.fork() == 0:
    for number in range(5):
        if os.fork() == 0:
            os.setsid()
            time.sleep(1000)
    os._exit(0)
os.wait()
print("parent")
