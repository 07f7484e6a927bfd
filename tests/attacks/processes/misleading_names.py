# What: processes whose names look like the kernel's own words about processes.
# Expect: process_limit
# Limits: timeout=20s processes=32
import ctypes
import os
import time

libc = ctypes.CDLL(None)
libc.prctl(15, b") Z 1 1 1 0 (", 0, 0, 0)
while True:
    try:
        if os.fork() == 0:
            time.sleep(1000)
    except OSError:
        time.sleep(0.01)
