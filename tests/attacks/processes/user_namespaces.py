# What: makes a user namespace, in which it would be root and limits would start anew.
# Expect: success
import ctypes
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
NAMESPACES = {"user": 0x10000000, "mount": 0x20000, "net": 0x40000000, "pid": 0x20000000,
              "uts": 0x4000000, "ipc": 0x8000000, "cgroup": 0x2000000}
clone = 56 if os.uname().machine == "x86_64" else 220
for name, flag in NAMESPACES.items():
    if libc.unshare(flag) == 0:
        print("ESCAPED: unshared", name)
    for flags in (flag, flag | 0x10000000):
        child = libc.syscall(clone, flags | signal.SIGCHLD, 0, 0, 0, 0)
        if child == 0:
            os._exit(0)
        if child > 0:
            print("ESCAPED: cloned", name)
