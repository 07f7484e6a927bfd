# What: raises its own limits.
# Expect: success
import resource

for name in ("NPROC", "FSIZE", "NOFILE", "CORE", "CPU"):
    limit = getattr(resource, "RLIMIT_" + name)
    hard = resource.getrlimit(limit)[1]
    if hard == resource.RLIM_INFINITY:
        print("ESCAPED: there is no limit", name)
    try:
        resource.setrlimit(limit, (hard + 1, hard + 1))
        print("ESCAPED: raised", name)
    except (OSError, ValueError):
        pass
