# What: artifacts that hold up, or do something to, whoever opens them.
# Expect: success
# Refused: pipe = a named pipe
# Refused: socket = a socket
import os
import socket

os.mkdir("artifacts")
os.mkfifo("artifacts/pipe")
socket.socket(socket.AF_UNIX).bind("artifacts/socket")
