# What: is refused a process, leaves it at that, and says that all is well.
# Expect: process_limit
# Limits: timeout=20s processes=16
import os
import time

refused = False
for number in range(100):
    try:
        if os.fork() == 0:
            time.sleep(1000)
    except OSError:
        refused = True
print("refused", refused)
os._exit(0)
