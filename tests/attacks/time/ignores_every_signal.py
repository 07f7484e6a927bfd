# What: a tree of processes that ignores every signal that can be ignored.
# Expect: time_limit
# Limits: timeout=1s
import os
import signal
import time

for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
os.fork()
os.fork()
while True:
    time.sleep(1000)
