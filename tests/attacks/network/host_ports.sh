# What: reaches a port of the host as a shell can.
# Expect: success
# Stdout: tried
for address in $HOST_ADDRESSES; do
    if (exec 3<> "/dev/tcp/$address/$HOST_PORT") 2> /dev/null; then echo "ESCAPED: reached $address"; fi
done
echo tried
