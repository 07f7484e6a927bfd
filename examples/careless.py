"""What a careless program does; `lazaret check examples/` shows what is wrong with it."""

import os as operating_system
import pickle
import subprocess
from shutil import rmtree as remove


def backup(name):
    subprocess.run("tar cf /tmp/backup.tar " + name, shell=True)


def restore(path):
    with open(path, "rb") as file:
        return pickle.load(file)


def clean(directory):
    operating_system.system(f"du -sh {directory}")
    remove(directory)
