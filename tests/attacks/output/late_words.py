# What: a child prints after its parent has ended.
# Expect: success
# Stdout: parent
import os
import time

parent = os.getpid()
if os.fork() == 0:
    while os.getppid() == parent:
        pass
    time.sleep(1)
    os.write(1, b"ESCAPED: printed after the end\n")
    time.sleep(1000)
print("parent", flush=True)
time.sleep(0.2)
os._exit(0)
