# What: there is a file where the directory of artifacts would be.
# Expect: success
# Refused:  = `artifacts` is not a directory
echo x > artifacts
