# What: looks into, and out of, the control groups that it is in.
# Expect: success
import os

for directory, directories, files in os.walk("/sys/fs/cgroup"):
    for name in ("release_agent", "cgroup.procs", "tasks", "notify_on_release", "memory.limit_in_bytes", "memory.max", "pids.max"):
        try:
            with open(os.path.join(directory, name), "w") as file:
                file.write("max")
            print("ESCAPED: wrote to", directory, name)
        except OSError:
            pass
    for name in ("cgroup.procs", "tasks"):
        try:
            with open(os.path.join(directory, name)) as file:
                others = set(map(int, file.read().split())) - {0, 1, os.getpid()}
            if others:
                print("ESCAPED: sees processes", others)
        except (OSError, ValueError):
            pass
