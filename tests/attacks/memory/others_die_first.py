# What: when memory ends, somebody else is to be ended: the parent asks to be spared.
# Expect: memory_limit
# Limits: timeout=30s memory=64MiB
import os


def volunteer(score):
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write(score)
    except OSError:
        pass


volunteer("-1000")
for number in range(3):
    if os.fork() == 0:
        volunteer("1000")
        kept = []
        while True:
            kept.append(bytearray(b"x" * 1_000_000))
for number in range(3):
    os.wait()
os._exit(0)
