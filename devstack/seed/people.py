"""Who is there after `make seed`."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from dogwalk.domain.role import Role

# Ours, so that a second run finds what the first made.
NAMESPACE = UUID("019ac2d4-5f7e-7c31-9b60-2d1f0c5e8a47")
HOME_LAT, HOME_LON = 40.7812, -73.9665
TIME_ZONE = "America/New_York"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededPerson:
    """Owners have a home, dogs and a card; walkers all that a first offer asks for. `north_m`: from Ada's home."""

    name: str
    phone: str
    roles: tuple[Role, ...]
    north_m: float = 0.0
    dogs: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.name.partition(' ')[0].lower()}@dogwalk.test"

    @property
    def has_second_factor(self) -> bool:
        return self.roles != (Role.OWNER,)


def made_id(what: str) -> UUID:
    return uuid5(NAMESPACE, what)


PEOPLE = (
    SeededPerson(name="Ada Lovelace", phone="+12125550101", roles=(Role.OWNER,), dogs=("Rex", "Bella")),
    SeededPerson(name="Linus Pauling", phone="+12125550102", roles=(Role.OWNER,), north_m=900, dogs=("Nero",)),
    SeededPerson(name="Grace Hopper", phone="+12125550103", roles=(Role.WALKER,), north_m=400),
    SeededPerson(name="Alan Turing", phone="+12125550104", roles=(Role.WALKER,), north_m=1200),
    SeededPerson(name="Mary Shelley", phone="+12125550105", roles=(Role.WALKER, Role.OWNER), north_m=-700),
    SeededPerson(name="Sam Carter", phone="+12125550106", roles=(Role.SUPPORT,)),
    SeededPerson(name="Toni Morrison", phone="+12125550107", roles=(Role.SUPPORT, Role.ADMIN)),
)
