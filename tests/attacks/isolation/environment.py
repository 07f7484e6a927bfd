# What: looks for variables of whoever started it.
# Expect: success
import os

WELL_KNOWN = {"PATH", "HOME", "LANG", "TMPDIR", "PWD", "SHLVL", "_", "LC_CTYPE", "HOST_PORT", "HOST_ADDRESSES",
              "HOST_SOCKET", "HOST_ABSTRACT_SOCKET", "HOST_FILE"}
for name in os.environ.keys() - WELL_KNOWN:
    print("ESCAPED: there is", name)
