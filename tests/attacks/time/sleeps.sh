# What: waits for ever.
# Expect: time_limit
# Stdout: begun
# Limits: timeout=1s
echo begun
sleep 1000
