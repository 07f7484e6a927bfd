# What: a result without end.
# Expect: output_limit
# Arguments: {}
# Result: none
# Limits: timeout=30s artifact_size=64KiB
main() { while :; do echo '0123456789012345678901234567890123456789'; done >&3; }
