# What: the parent sleeps, and a child in a session of its own burns processor time.
# Expect: cpu_limit
# Limits: timeout=30s cpu=1s
import os
import time


def leave():
    try:
        os.setsid()
    except PermissionError:  # gVisor's agent refuses it
        os.setpgid(0, 0)


if os.fork() == 0:
    leave()
    while True:
        pass
time.sleep(1000)
