# What: looks for daemons of the run before it.
# Expect: success
# After: leaves_processes.py
import os
import socket
import time

time.sleep(0.2)
for target in (("127.0.0.1", 47474), "\0attack-left-this"):
    family = socket.AF_INET if isinstance(target, tuple) else socket.AF_UNIX
    try:
        socket.socket(family).connect(target)
        print("ESCAPED: somebody listens at", target)
    except OSError:
        pass
for place in ("/work", "/tmp", "/dev/shm"):
    if os.path.exists(place + "/attack-still-writes"):
        print("ESCAPED: somebody writes to", place)
others = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())]
if others:
    print("ESCAPED: there are", others)
