# What: returns, and then does not end: an exit handler waits for ever.
# Expect: time_limit | success
# Arguments: {}
# Limits: timeout=1s
import atexit
import time

atexit.register(time.sleep, 1000)


def main():
    return 1
