"""Readers and writers that open files from native code, where no audit event tells it: one file a family of libraries."""

from __future__ import annotations

from typing import Mapping


def install(environment: Mapping[str, str]) -> None:
    """Wait for the libraries."""
