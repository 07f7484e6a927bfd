# What: starts the programs that make whoever starts them root, and makes one.
# Expect: success
# Stdout: tried
import os
import shutil
import stat
import subprocess

for directory in ("/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/lib"):
    for name in os.listdir(directory) if os.path.isdir(directory) else ():
        path = os.path.join(directory, name)
        try:
            mode = os.lstat(path).st_mode
        except OSError:
            continue
        if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
            try:
                ran = subprocess.run([path, "-c", "id -u"], input=b"", capture_output=True, timeout=2)
                if ran.stdout.strip() == b"0":
                    print("ESCAPED: root by", path)
            except (OSError, subprocess.TimeoutExpired):
                pass
try:
    shutil.copy("/bin/cat", "/tmp/own")
    os.chmod("/tmp/own", 0o6755)
    if subprocess.run(["/tmp/own", "/proc/self/status"], capture_output=True).stdout.find(b"Uid:\t65534\t0") >= 0:
        print("ESCAPED: root by its own")
except OSError:
    pass
print("tried")
