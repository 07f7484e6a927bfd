# What: makes packets by hand.
# Expect: success
# Stdout: tried
import socket

KINDS = [(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP), (socket.AF_INET, socket.SOCK_RAW, 255),
         (socket.AF_INET6, socket.SOCK_RAW, 58), (socket.AF_PACKET, socket.SOCK_RAW, 0x300),
         (socket.AF_PACKET, socket.SOCK_DGRAM, 0x300)]
for kind in KINDS:
    try:
        socket.socket(*kind)
        print("ESCAPED: made", kind)
    except OSError:
        pass
print("tried")
