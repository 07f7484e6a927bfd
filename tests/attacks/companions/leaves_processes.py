# What: leaves daemons that listen, hold names and write wherever the next run may look.
# Expect: success
# Stdout: left
import os
import socket
import time

reader, writer = os.pipe()
if os.fork() == 0:
    try:
        os.setsid()
    except PermissionError:  # gVisor's agent refuses it
        os.setpgid(0, 0)
    if os.fork() == 0:
        kept = [socket.create_server(("0.0.0.0", 47474))]
        kept.append(socket.socket(socket.AF_UNIX))
        kept[1].bind("\0attack-left-this")
        kept[1].listen()
        os.closerange(0, 3)
        os.write(writer, b"x")
        while True:
            time.sleep(0.01)
            for place in ("/work", "/tmp", "/dev/shm"):
                with open(place + "/attack-still-writes", "w") as file:
                    file.write("x")
    os._exit(0)
os.wait()
os.read(reader, 1)
print("left")
