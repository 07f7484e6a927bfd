# What: starts programs of its own from where only data may be. (In its work directory may be native
# modules.)
# Expect: success
# Stdout: tried
import os
import shutil
import subprocess

for place in ("/tmp", "/dev/shm"):
    try:
        shutil.copy("/bin/echo", place + "/own")
        os.chmod(place + "/own", 0o755)
        subprocess.run([place + "/own", "ESCAPED: ran from", place])
    except OSError:
        pass
print("tried")
