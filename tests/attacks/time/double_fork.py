# What: a daemon, in a session of its own and with its descriptors closed, outlives its parent.
# Expect: success
# Stdout: parent
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 100)
        time.sleep(1000)
    os._exit(0)
os.wait()
print("parent")
