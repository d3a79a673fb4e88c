"""Process numbers are others, and far apart."""

import os

_getpid = os.getpid
os.getpid = lambda: _getpid() + 40000
