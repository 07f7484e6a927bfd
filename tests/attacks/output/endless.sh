# What: prints for ever.
# Expect: output_limit
# Limits: timeout=30s output=64KiB
while :; do echo 0123456789012345678901234567890123456789; done
