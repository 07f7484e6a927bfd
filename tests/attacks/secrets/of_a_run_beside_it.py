# What: looks for the secret of a run that goes on at the same time: in environments, command lines
# and memory.
# Expect: success
# While: listens.py
import os
import re

SECRET = b"another-runs-" + b"secret"
for process in [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]:
    for name in ("environ", "cmdline", "status", "maps"):
        try:
            with open(f"/proc/{process}/{name}", "rb") as file:
                if SECRET in file.read():
                    print("ESCAPED: it is in", process, name)
        except OSError:
            pass
    try:
        with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
            for start, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) r", maps.read(), re.MULTILINE):
                memory.seek(int(start, 16))
                if SECRET in memory.read(int(end, 16) - int(start, 16)):
                    print("ESCAPED: it is in the memory of", process)
    except (OSError, ValueError, OverflowError):
        pass
