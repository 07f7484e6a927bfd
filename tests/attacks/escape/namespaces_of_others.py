# What: enters the namespaces of others.
# Expect: success
# Stdout: tried
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
own = {name: os.readlink("/proc/self/ns/" + name) for name in os.listdir("/proc/self/ns")}
for process in [name for name in os.listdir("/proc") if name.isdigit()]:
    for name in own:
        try:
            opened = os.open(f"/proc/{process}/ns/{name}", os.O_RDONLY)
            if os.readlink(f"/proc/{process}/ns/{name}") != own[name] and libc.setns(opened, 0) == 0:
                print("ESCAPED: entered", process, name)
        except OSError:
            pass
try:
    if libc.setns(os.pidfd_open(1), 0x20000) == 0:
        print("ESCAPED: entered process 1")
except (OSError, AttributeError):
    pass
print("tried")
