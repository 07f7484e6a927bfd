# What: opens the agent's own streams again, to speak to the host in its place.
# Expect: program_error
# Exit: 9
import os
import struct
import sys

DONE = b'{"exit_code":0,"signal":null,"limit":null}'
for process in [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]:
    for number in range(64):
        for mode in (os.O_WRONLY, os.O_RDWR, os.O_RDONLY):
            try:
                opened = os.open(f"/proc/{process}/fd/{number}", mode | os.O_NONBLOCK)
                print("ESCAPED: opened", process, number)
                os.write(opened, struct.pack("<IB", len(DONE), 71) + DONE)
            except OSError:
                pass
for number in range(64):
    try:
        libc_pidfd = os.pidfd_open(1)
        break
    except (OSError, AttributeError):
        continue
else:
    sys.exit(9)
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
for number in range(64):
    if libc.syscall(438, libc_pidfd, number, 0) >= 0:
        print("ESCAPED: took descriptor", number, "of process 1")
sys.exit(9)
