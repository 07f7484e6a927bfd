# What: removes everything that it may, its own code and directories too.
# Expect: success
# Stdout: removed
mkdir artifacts
rm -rf --one-file-system --no-preserve-root / 2> /dev/null
rm -rf /work/* /work/.[!.]* /tmp/* /dev/shm/*
rmdir /work /tmp 2> /dev/null
mv /work /tmp/elsewhere 2> /dev/null
echo removed
