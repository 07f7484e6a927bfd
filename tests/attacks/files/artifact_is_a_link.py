# What: artifacts that are links to what the program itself could not have read.
# Expect: success
# Artifacts: ["own"]
# Refused: passwd = a symbolic link
# Refused: file = a symbolic link
# Refused: agent = a symbolic link
# Refused: loop = a symbolic link
# Refused: root = a symbolic link
import os

os.mkdir("artifacts")
with open("artifacts/own", "w") as file:
    file.write("own")
for name, target in {"passwd": "/etc/passwd", "file": os.environ["HOST_FILE"], "agent": "/proc/1/environ",
                     "loop": "loop", "root": "/", "own-too": "own"}.items():
    os.symlink(target, "artifacts/" + name)
