# What: processes that have ended and that nobody waits for take a place each.
# Expect: process_limit
# Limits: timeout=30s
import os
import time

while True:
    try:
        if os.fork() == 0:
            os._exit(0)
    except OSError:
        time.sleep(0.01)
