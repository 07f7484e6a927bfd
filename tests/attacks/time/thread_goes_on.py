# What: returns, and then does not end: Python waits for a thread.
# Expect: time_limit | success
# Arguments: {}
# Limits: timeout=1s
import threading
import time


def main():
    threading.Thread(target=time.sleep, args=(1000,)).start()
    return 1
