# What: walks out of a root that it has put below itself.
# Expect: success
# Stdout: tried
import os

os.makedirs("/tmp/below", exist_ok=True)
try:
    above = os.open("/", os.O_RDONLY)
    os.chroot("/tmp/below")
    print("ESCAPED: has another root")
    os.fchdir(above)
    for number in range(64):
        os.chdir("..")
    os.chroot(".")
    if os.path.exists(os.environ["HOST_FILE"]):
        print("ESCAPED: out")
except OSError:
    pass
print("tried")
