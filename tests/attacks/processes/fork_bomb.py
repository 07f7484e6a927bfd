# What: a fork bomb that does not mind being refused.
# Expect: process_limit
# Limits: timeout=20s cpu=60s
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
