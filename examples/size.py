"""A number of bytes in words, with a package of somebody else's.

    lazaret run examples/size.py
"""

import humanize

print(humanize.naturalsize(832_040))
