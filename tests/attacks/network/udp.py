# What: sends datagrams to the world, to everybody near, and to groups.
# Expect: success
# Stdout: tried
import os
import socket

targets = ["8.8.8.8", "255.255.255.255", "224.0.0.251", *os.environ["HOST_ADDRESSES"].split()]
for target in targets:
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sender.sendto(b"x", (target, int(os.environ["HOST_PORT"])))
            # To ourselves it may go; the host would tell if it had arrived there.
            if not (target.startswith("127.") or target == "::1"):
                print("ESCAPED: sent to", target)
    except OSError:
        pass
print("tried")
