# What: looks for shared memory, semaphores and queues of the run before it.
# Expect: success
# After: leaves_segments.py
import ctypes
import os

libc = ctypes.CDLL(None)
for name, found in (("shm", libc.shmget(0x47474747, 0, 0)), ("sem", libc.semget(0x47474747, 0, 0)),
                    ("msg", libc.msgget(0x47474747, 0))):
    if found >= 0:
        print("ESCAPED: found", name)
for place in ("/dev/shm", "/dev/mqueue"):
    if os.path.isdir(place) and os.listdir(place):
        print("ESCAPED: found", os.listdir(place))
