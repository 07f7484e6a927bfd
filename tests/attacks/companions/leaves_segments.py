# What: leaves shared memory, semaphores and queues, under numbers that the next run knows.
# Expect: success
# Stdout: left
import ctypes

libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
segment = libc.shmget(0x47474747, 4096, 0o1666)
if segment >= 0:
    ctypes.memmove(libc.shmat(segment, None, 0), b"left", 4)
libc.semget(0x47474747, 1, 0o1666)
libc.msgget(0x47474747, 0o1666)
try:
    from multiprocessing import shared_memory
    shared_memory.SharedMemory("attack-left-this", create=True, size=4096)
except (ImportError, OSError):
    pass
print("left", flush=True)
import os
os._exit(0)
