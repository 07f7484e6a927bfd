# What: means well: has a port, a name, a file, and a secret in its environment and its memory.
# Expect: time_limit
# Limits: timeout=120s
import ctypes
import os
import socket
import sys
import time

os.environ["SECRET_OF_ANOTHER"] = "another-runs-" + "secret"
secret = ctypes.create_string_buffer(b"another-runs-" + b"secret", 64)
kept = [socket.create_server(("0.0.0.0", 47475)), socket.socket(socket.AF_UNIX)]
kept[1].bind("\0another-runs-name")
kept[1].listen()
segment = ctypes.CDLL(None).shmget(0x47474748, 4096, 0o1666)
for place in ("/work", "/tmp", "/dev/shm"):
    with open(place + "/file-of-another", "w") as file:
        file.write("another-runs-" + "secret")
if os.fork() == 0:
    os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(1000)", "another-runs-" + "secret"])
print("ready", flush=True)
time.sleep(1000)
