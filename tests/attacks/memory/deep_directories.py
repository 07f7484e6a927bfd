# What: directories in directories, deeper than a path can say, and without end.
# Expect: disk_limit
# Expect[docker]: disk_limit | memory_limit
# Limits: timeout=120s cpu=120s memory=128MiB disk=16MiB
import os

os.chdir("/tmp")
for number in range(200_000):
    os.mkdir("d")
    os.chdir("d")
print("ESCAPED: 200000 directories")
