# What: artifacts that are other names of files of the system.
# Expect: success
import os

os.mkdir("artifacts")
for number, path in enumerate(("/etc/passwd", "/bin/bash", "/proc/1/environ", os.environ["HOST_FILE"])):
    try:
        os.link(path, f"artifacts/{number}", follow_symlinks=False)
        print("ESCAPED: linked", path)
    except OSError:
        pass
