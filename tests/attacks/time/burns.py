# What: burns processor time.
# Expect: cpu_limit
# Limits: timeout=30s cpu=1s
while True:
    pass
