# What: a program that means well.
# Expect: success
# Stdout: well
echo well
