# What: opens the agent's own streams again, or takes them over, to speak to the host in its place.
# Expect: program_error
# Exit: 9
import ctypes
import os
import struct
import sys

DONE = b'{"exit_code":0,"signal":null,"limit":null}'
for process in [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]:
    for number in range(64):
        for mode in (os.O_WRONLY, os.O_RDWR, os.O_RDONLY):
            try:
                opened = os.open(f"/proc/{process}/fd/{number}", mode | os.O_NONBLOCK)
            except OSError:
                continue
            # What can be opened by its name anyway is nothing new: the sandbox's own root, with which
            # the agent keeps two numbers free, and what the kernel counts.
            name = os.readlink(f"/proc/{process}/fd/{number}")
            if not (os.path.exists(name) and mode == os.O_RDONLY and os.access(name, os.R_OK)):
                print("ESCAPED: opened", process, number)
                os.write(opened, struct.pack("<IB", len(DONE), 71) + DONE)
            os.close(opened)
PIDFD_OPEN, PIDFD_GETFD = 434, 438
libc = ctypes.CDLL(None, use_errno=True)
agent = libc.syscall(PIDFD_OPEN, 1, 0)
for number in range(64):
    if agent >= 0 and libc.syscall(PIDFD_GETFD, agent, number, 0) >= 0:
        print("ESCAPED: took descriptor", number, "of process 1")
sys.exit(9)
