# What: five hundred threads.
# Expect: process_limit
# Limits: timeout=20s
import threading
import time

for number in range(500):
    try:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    except RuntimeError:
        pass
time.sleep(1000)
