# What: looks for a way out, and makes one.
# Expect: success
# Stdout: tried
import socket
import struct

for number, name in socket.if_nameindex():
    if name not in ("lo", "sit0", "tunl0", "ip6tnl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "ip6gre0"):
        print("ESCAPED: there is", name)
try:
    with open("/proc/net/route") as routes:
        if len(routes.read().splitlines()) > 1:
            print("ESCAPED: there is a route")
except OSError:
    pass
try:
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    NEWLINK, REQUEST_ACK_CREATE = 16, 0x1 | 0x4 | 0x400
    body = struct.pack("BxHiII", 0, 0, 0, 1, 1) + struct.pack("HH8s", 12, 3, b"attack0\0")
    body += struct.pack("HH", 16, 18) + struct.pack("HH8s", 10, 1, b"dummy\0\0\0")
    netlink.send(struct.pack("IHHII", 16 + len(body), NEWLINK, REQUEST_ACK_CREATE, 1, 0) + body)
    answer = netlink.recv(4096)
    if struct.unpack("i", answer[16:20])[0] == 0:
        print("ESCAPED: made an interface")
except OSError:
    pass
print("tried")
