# What: looks everywhere for files of the run before it.
# Expect: success
# After: leaves_files.py
import os

for directory, directories, files in os.walk("/"):
    if directory in ("/proc", "/sys"):
        directories.clear()
    for name in files:
        if "attack" in name:
            print("ESCAPED:", os.path.join(directory, name))
for place in ("/tmp", "/dev/shm", "/var/tmp", "/dev/mqueue"):
    if os.path.isdir(place) and os.listdir(place):
        print("ESCAPED:", os.listdir(place), "in", place)
