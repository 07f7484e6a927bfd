# What: two hundred thousand empty files take no room in the scratch space, and memory each.
# Expect: disk_limit
# Expect[docker]: disk_limit | memory_limit
# Limits: timeout=120s cpu=120s memory=128MiB disk=16MiB
import os

os.chdir("/tmp")
for number in range(200_000):
    os.close(os.open(str(number), os.O_CREAT | os.O_WRONLY))
print("ESCAPED: 200000 files")
