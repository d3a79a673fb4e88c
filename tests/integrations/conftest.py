"""Scripts are recorded and replayed in a lab (``tests.lab``)."""

from __future__ import annotations

from tests.lab import lab, mode, mounted, versioned

__all__ = ["lab", "mode", "mounted", "versioned"]
