# What: writes wherever there is room.
# Expect: disk_limit
# Limits: timeout=60s cpu=60s memory=256MiB disk=16MiB
import os

SCRATCH = ("/work", "/tmp", "/dev/shm")
for directory, directories, files in os.walk("/"):
    if directory in ("/proc", "/sys"):
        directories.clear()
    try:
        with open(directory + "/attack-was-here", "wb", buffering=0) as file:
            if not directory.startswith(SCRATCH):
                print("ESCAPED: wrote to", directory)
            for number in range(32):
                file.write(b"x" * 1_000_000)
    except OSError:
        pass
