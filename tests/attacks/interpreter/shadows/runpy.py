# Nobody but the program itself may be given this.
print("ESCAPED: imported in place of runpy")
