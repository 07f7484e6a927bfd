# What: far more artifacts than are collected, and far more that are none.
# Expect: success
# Artifacts: ["0", "1", "10"]
# Refused: 100 = more than 3 files
# Limits: artifacts=3 timeout=60s cpu=60s
import os

os.mkdir("artifacts")
os.chdir("artifacts")
for number in range(1000):
    open(str(number), "w").close()
    os.mkfifo(f"pipe{number}")
