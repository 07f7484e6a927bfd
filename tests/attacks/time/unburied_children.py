# What: has the kernel bury its children, so that nobody is told how much time they used.
# Expect: cpu_limit | time_limit
# Limits: timeout=6s cpu=2s
import os
import signal
import time

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    if os.fork() == 0:
        begun = time.process_time()
        while time.process_time() - begun < 0.05:
            pass
        os._exit(0)
    time.sleep(0.05)
