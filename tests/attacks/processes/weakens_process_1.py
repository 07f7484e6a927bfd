# What: takes descriptors, time and processors from the agent, which then could not do its work.
# Expect: success
# Artifacts: ["file"]
import os
import resource

os.mkdir("artifacts")
with open("artifacts/file", "w") as file:
    file.write("x")
for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_NPROC):
    try:
        resource.prlimit(1, limit, (0, 0))
        print("ESCAPED: changed limit", limit)
    except OSError:
        pass
try:
    with open("/proc/1/oom_score_adj", "w") as file:
        file.write("1000")
    print("ESCAPED: chose the agent as the one to end")
except OSError:
    pass
try:
    before = os.getpriority(os.PRIO_PROCESS, 1)
    os.setpriority(os.PRIO_PROCESS, 1, 19)
    if os.getpriority(os.PRIO_PROCESS, 1) != before:
        print("ESCAPED: slowed the agent down")
except OSError:
    pass
