# What: blocks every signal and is busy inside C code, where Python looks at none.
# Expect: time_limit
# Limits: timeout=1s
import re
import signal

signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
re.match(r"(a+)+$", "a" * 64 + "b")
