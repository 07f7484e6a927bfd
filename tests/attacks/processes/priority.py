# What: takes precedence over everybody else. (gVisor notes what is asked for, and heeds it not.)
# On: process
# Expect: success
import os

try:
    os.setpriority(os.PRIO_PROCESS, 0, -20)
    if os.getpriority(os.PRIO_PROCESS, 0) < 0:
        print("ESCAPED: a better priority")
except OSError:
    pass
for policy in (os.SCHED_FIFO, os.SCHED_RR):
    try:
        os.sched_setscheduler(0, policy, os.sched_param(99))
        if os.sched_getscheduler(0) == policy:
            print("ESCAPED: runs in real time")
    except OSError:
        pass
