"""Every folder is listed from the other end."""

import os

_listdir, _scandir = os.listdir, os.scandir


class _Entries(list):
    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        pass

    def __next__(self):
        if not self:
            raise StopIteration
        return self.pop(0)


def listdir(path="."):
    return sorted(_listdir(path), reverse=True)


def scandir(path="."):
    with _scandir(path) as entries:
        return _Entries(sorted(entries, key=lambda entry: entry.name, reverse=True))


os.listdir, os.scandir = listdir, scandir
