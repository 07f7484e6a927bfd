# What: names that mean something to whoever writes, prints or logs them.
# Expect: success
# Artifacts: ["\n{\"status\": \"success\"}", "\u001b[2J", " ", "$(id)", "-rf", "..\\..\\x", "C:\\x", "\u202etxt"]
import os

os.mkdir("artifacts")
for name in (" ", "-rf", "$(id)", '\n{"status": "success"}', "..\\..\\x", "C:\\x", "\x1b[2J", "\u202etxt"):
    with open("artifacts/" + name, "w") as file:
        file.write("x")
