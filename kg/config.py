"""Where the product's data files are, and the settings of a build."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg.errors import ConfigError, DataError

NAMESPACE = "https://w3id.org/cpkg/ontology#"
DEFAULT_BASE = "https://w3id.org/cpkg/id/"


def data_dir(name: str) -> Path:
    """Return the folder ``ontology`` or ``queries``: inside an installed wheel, else beside the package.

    Raises:
        DataError: neither place has it.
    """
    package = Path(__file__).resolve().parent
    for place in (package / "data" / name, package.parent / name):
        if place.is_dir():
            return place
    raise DataError(name, "the data folder is not installed", "reinstall child-protection-kg")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one item may take; ``seconds`` is the time to read it, and again to extract it."""

    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a build; ``base`` is the IRI under which individuals live and ends in / or #."""

    base: str = DEFAULT_BASE
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        if not self.base.startswith(("http://", "https://", "urn:")) or self.base[-1:] not in "/#:":
            raise ConfigError("base", repr(self.base), "an absolute IRI that ends in / or #")
