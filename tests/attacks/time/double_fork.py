# What: a daemon, in a session of its own and with its descriptors closed, outlives its parent.
# Expect: success
# Stdout: parent
import os
import time


def leave():
    try:
        os.setsid()
    except PermissionError:  # gVisor's agent refuses it
        os.setpgid(0, 0)


if os.fork() == 0:
    leave()
    if os.fork() == 0:
        os.closerange(0, 100)
        time.sleep(1000)
    os._exit(0)
assert os.wait()[1] == 0
print("parent")
