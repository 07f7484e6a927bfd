# What: the directory of artifacts is a link to one of the system's.
# Expect: success
# Refused:  = `artifacts` is not a directory
ln -s /etc artifacts
