# What: sends every signal to process 1.
# Expect: success
# Stdout: alive
import os
import signal

for number in range(1, signal.NSIG):
    try:
        os.kill(1, number)
    except OSError:
        pass
print("alive")
