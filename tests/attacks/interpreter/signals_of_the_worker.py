# What: ignores the end of its children, and lets signals interrupt whatever comes.
# Expect: success | program_error
# Arguments: {}
# Result: 1
import signal
import time


def main():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, lambda *words: time.sleep(0))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    time.sleep(0.1)
    return 1
