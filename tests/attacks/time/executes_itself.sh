# What: becomes another program over and over, and so is never the one that was looked at.
# Expect: time_limit
# Limits: timeout=2s cpu=30s
exec bash "$0"
