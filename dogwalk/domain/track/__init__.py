"""What a walk's positions say: cleaned, measured, packed. Pure functions of their arguments."""

from dogwalk.domain.track.fix import Fix, FixFlag

__all__ = ["Fix", "FixFlag"]
