# What: seventy thousand empty files, in directories that are closed to everybody afterwards.
# Expect: disk_limit
import os
import time

for outer in range(8):
    directory = f"/tmp/{outer}"
    os.mkdir(directory)
    os.chdir(directory)
    for inner in range(9000):
        os.close(os.open(f"{inner}", os.O_CREAT | os.O_WRONLY))
    os.chdir("/")
    os.chmod(directory, 0)
time.sleep(5)
print("ESCAPED: 72,000 files")
