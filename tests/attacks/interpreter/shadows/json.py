"""The program may have a module of this name."""
NAME = "the program's own json"
