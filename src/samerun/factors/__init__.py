"""What a run depends on: one file a factor, and the ordered table of them.

To add a factor: its module, one line in ``FACTORS``, its test.
"""

from __future__ import annotations

from samerun.factors.arguments import Arguments
from samerun.factors.clock import Clock
from samerun.factors.code import Code
from samerun.factors.completion_order import CompletionOrder
from samerun.factors.config import Config
from samerun.factors.data import Data
from samerun.factors.environment_variable import EnvironmentVariable
from samerun.factors.factor import Factor
from samerun.factors.hash_order import HashOrder
from samerun.factors.instruction_set import InstructionSet
from samerun.factors.listing_order import ListingOrder
from samerun.factors.locale import Locale
from samerun.factors.machine import Machine
from samerun.factors.memory_address import MemoryAddress
from samerun.factors.network import Network
from samerun.factors.nondeterministic_kernel import NondeterministicKernel
from samerun.factors.os_entropy import OsEntropy
from samerun.factors.package import Package
from samerun.factors.precision import Precision
from samerun.factors.process_id import ProcessId
from samerun.factors.python import Python
from samerun.factors.seed import Seed
from samerun.factors.thread_count import ThreadCount
from samerun.factors.timezone import Timezone
from samerun.factors.uninitialised_memory import UninitialisedMemory
from samerun.factors.unseeded import LIBRARIES, Unseeded
from samerun.factors.working_directory import WorkingDirectory

FACTORS: tuple[Factor, ...] = (
    Code(),
    Data(),
    Config(),
    Arguments(),
    EnvironmentVariable(),
    Package(),
    Python(),
    Seed(),
    Machine(),
    HashOrder(),
    ListingOrder(),
    ThreadCount(),
    InstructionSet(),
    CompletionOrder(),
    NondeterministicKernel(),
    Precision(),
    OsEntropy(),
    UninitialisedMemory(),
    MemoryAddress(),
    ProcessId(),
    *(Unseeded(library) for library in LIBRARIES),
    Clock(),
    Timezone(),
    Locale(),
    WorkingDirectory(),
    Network(),
)
"""In the order in which changes are shown: what people change first, then conditions."""
