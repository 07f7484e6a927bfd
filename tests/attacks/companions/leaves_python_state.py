# What: puts files where Python looks when it starts or imports.
# Expect: success
# Stdout: left
import builtins
import json
import os
import site
import sys

HOOK = "import builtins\nbuiltins.attack_was_here = True\nprint('ESCAPED: a hook ran')\n"
places = {os.getcwd(), os.path.expanduser("~"), "/tmp", site.getusersitepackages(), *sys.path, *site.getsitepackages()}
for place in filter(None, places):
    for name in ("sitecustomize.py", "usercustomize.py", "attack.pth", "json.py", "os.py", "encodings.py",
                 ".pythonrc", "pyvenv.cfg", "python3", "__pycache__/json.cpython-311.pyc"):
        path = os.path.join(place, name)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write("import attack\n" if name.endswith(".pth") else HOOK)
            os.chmod(path, 0o755)
        except OSError:
            pass
builtins.attack_was_here = True
json.loads = lambda text: "ESCAPED: not our json"
print("left")
