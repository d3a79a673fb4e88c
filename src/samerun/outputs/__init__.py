"""What a run leaves: one file a type of file, and the ordered table of them.

A type recognises a file by its name and first bytes, and compares two of them into a difference tree. It reads
safely: nothing of a file is ever executed, unpickled or rendered, and a broken file is a difference, never an
exception. To add a type: its module, one line in ``TYPES``, its test.
"""

from samerun.outputs.table_of_types import TYPES, compare_files, recognise

__all__ = ["TYPES", "compare_files", "recognise"]
