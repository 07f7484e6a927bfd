# What: a child keeps standard output and standard error open after its parent has ended.
# Expect: success
# Stdout: early
# Limits: timeout=30s
(sleep 1000; echo late) &
echo early
