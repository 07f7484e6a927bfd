# What: the parent sleeps, and a child in a session of its own burns processor time.
# Expect: cpu_limit
# Limits: timeout=30s cpu=1s
import os
import time

if os.fork() == 0:
    os.setsid()
    while True:
        pass
time.sleep(1000)
