"""How property tests run: a kernel compiles in the middle of one, so no example has a deadline."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("dedup", deadline=None)
settings.load_profile("dedup")
