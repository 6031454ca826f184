"""Chapters of a booking's story: Temporal's event groups, by which its UI folds what belongs together.

What a command of the walker's or the owner's causes is grouped under its update by the SDK itself. These are for what the
story does on its own: each round of matching, and the money afterwards. Their ids are their names, in clear: a label
would be sealed with each command again, a twentieth of a walk's history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import workflow

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def finding_walker(number: int) -> AbstractContextManager[None]:
    """`number`: which walker it looks for, from 1; a rematch is a chapter of its own."""
    return workflow.create_event_group(f"finding walker {number}").scope()


def settling() -> AbstractContextManager[None]:
    return workflow.create_event_group("settling").scope()
