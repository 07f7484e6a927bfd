# What: a process outlives the program and exchanges artifacts for links while they are collected.
# Expect: success
# Artifacts: ["file"]
import os

os.mkdir("artifacts")
with open("artifacts/file", "w") as file:
    file.write("own")
os.symlink(os.environ["HOST_FILE"], "/tmp/link")
reader, writer = os.pipe()
if os.fork() == 0:
    try:
        os.setsid()
    except PermissionError:  # gVisor's agent refuses it
        os.setpgid(0, 0)
    os.close(reader)
    os.write(writer, b"x")
    os.kill(os.getpid(), 0)
    while True:
        if os.getppid() == 1:
            os.replace("/tmp/link", "artifacts/file")
            os.symlink(os.environ["HOST_FILE"], "/tmp/link")
os.read(reader, 1)
os._exit(0)
