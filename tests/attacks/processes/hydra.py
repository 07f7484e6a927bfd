# What: processes that start each other again as soon as one is killed.
# Expect: success
# Stdout: parent
import os
import signal
import sys
import time


def leave():
    try:
        os.setsid()
    except PermissionError:  # gVisor's agent refuses it
        os.setpgid(0, 0)


def head():
    # Two watch each other over a pipe that ends with its writer, and fork when it does.
    while True:
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.close(reader)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(1000)
        os.close(writer)
        os.read(reader, 1)
        os.close(reader)


for number in range(4):
    if os.fork() == 0:
        leave()
        head()
time.sleep(0.2)
print("parent")
sys.stdout.flush()
os._exit(0)
