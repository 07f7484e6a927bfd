# What: shared memory of System V, which outlives who made it, does not exist.
# Expect: success
# Limits: timeout=30s memory=64MiB
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
for number in range(400):
    segment = libc.shmget(0, 1_000_000, 0o1600)
    if segment < 0:
        raise SystemExit(0)
    address = libc.shmat(segment, None, 0)
    ctypes.memset(address, 120, 1_000_000)
    libc.shmdt(ctypes.c_void_p(address))
print("ESCAPED: 400 MB in memory")
