"""The calendar is 411 days, 7 hours and a little ahead; spans of time are as ever.

Compiled libraries look at the size of the classes of ``datetime``: only modules of the program itself are given others.
"""

import builtins
import datetime
import sys
import time
import types

AHEAD = 411 * 86400 + 7 * 3600 + 13 * 60 + 11
_time, _ns, _localtime, _gmtime, _strftime = time.time, time.time_ns, time.localtime, time.gmtime, time.strftime
_import = builtins.__import__


class Later(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)

    @classmethod
    def today(cls):
        return cls.now()

    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(time.time(), datetime.timezone.utc).replace(tzinfo=None)


class LaterDate(datetime.date):
    @classmethod
    def today(cls):
        return cls.fromtimestamp(time.time())


later = types.ModuleType("datetime")
later.__dict__.update(datetime.__dict__)
later.datetime, later.date = Later, LaterDate


def _for_programs(name, globals=None, locals=None, fromlist=(), level=0):
    file = (globals or {}).get("__file__") or sys.prefix
    if name == "datetime" and not file.startswith((sys.prefix, sys.base_prefix)):
        return later
    return _import(name, globals, locals, fromlist, level)


class Call:
    """Like a built-in function, it does not become a method where a class keeps it."""

    def __init__(self, do):
        self.do = do

    def __call__(self, *words):
        return self.do(*words)


builtins.__import__ = _for_programs
time.time = Call(lambda: _time() + AHEAD)
time.time_ns = Call(lambda: _ns() + AHEAD * 10**9)
time.localtime = Call(lambda seconds=None: _localtime(time.time() if seconds is None else seconds))
time.gmtime = Call(lambda seconds=None: _gmtime(time.time() if seconds is None else seconds))
time.strftime = Call(lambda form, moment=None: _strftime(form, moment or time.localtime()))
