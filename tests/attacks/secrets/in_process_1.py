# What: looks for its own variables in process 1, where every process of the container could see them.
# Expect: success
import os

for process in ("1", str(os.getppid()), "thread-self/../../1"):
    for name in ("environ", "cmdline", "mem"):
        try:
            with open(f"/proc/{process}/{name}", "rb") as file:
                if b"HOST_FILE" in file.read(1 << 16):
                    print("ESCAPED: it is in", process, name)
        except OSError:
            pass
