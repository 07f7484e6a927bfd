# What: none; a program may talk to itself, or nothing above would prove anything.
# Expect: success
# Stdout: b'hello'
import socket

server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname(), timeout=5)
server.accept()[0].sendall(b"hello")
print(client.recv(5))
