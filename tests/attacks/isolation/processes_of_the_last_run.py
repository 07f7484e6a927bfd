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
# Where Python is a copy of an interpreter, that is there, too, and is not this user's.
for name in os.listdir("/proc"):
    if name.isdigit() and int(name) not in (1, os.getpid()) and os.stat("/proc/" + name).st_uid == os.getuid():
        print("ESCAPED: there is", name)
