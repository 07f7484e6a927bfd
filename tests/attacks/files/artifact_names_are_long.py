# What: names of the greatest length, in directories deeper than is collected.
# Expect: success
import os

os.mkdir("artifacts")
os.chdir("artifacts")
for number in range(100):
    os.mkdir("d" * 255)
    os.chdir("d" * 255)
with open("f" * 255, "w") as file:
    file.write("ESCAPED: too deep to be collected")
