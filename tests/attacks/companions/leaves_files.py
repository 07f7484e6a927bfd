# What: writes into every directory that it can, visibly and invisibly.
# Expect: success
# Stdout: left
import os

left = 0
for directory, directories, files in os.walk("/"):
    if directory in ("/proc", "/sys"):
        directories.clear()
    for name in ("attack-left-this", ".attack-left-this"):
        try:
            with open(os.path.join(directory, name), "w") as file:
                file.write("left")
            os.chmod(os.path.join(directory, name), 0o777)
            left += 1
        except OSError:
            pass
print("left" if left >= 6 else f"wrote only {left} files")
