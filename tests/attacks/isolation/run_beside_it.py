# What: looks for a run that goes on at the same time: its port, name, files, memory and processes.
# Expect: success
# While: listens.py
import ctypes
import os
import socket

for target in (("127.0.0.1", 47475), "\0another-runs-name"):
    family = socket.AF_INET if isinstance(target, tuple) else socket.AF_UNIX
    try:
        socket.socket(family).connect(target)
        print("ESCAPED: reached", target)
    except OSError:
        pass
if ctypes.CDLL(None).shmget(0x47474748, 0, 0) >= 0:
    print("ESCAPED: shares memory")
for place in ("/work", "/tmp", "/dev/shm"):
    if os.path.exists(place + "/file-of-another"):
        print("ESCAPED: sees files in", place)
others = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())]
if others:
    print("ESCAPED: sees processes", others)
for number in range(2, 5000):
    try:
        os.kill(number, 0)
        if number != os.getpid():
            print("ESCAPED: may signal", number)
    except OSError:
        pass
