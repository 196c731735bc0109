"""The release forge: native mails, set as the pages of a released PDF in every layout, with the exact truth."""

from tests.support.forge.composing import forge_release
from tests.support.forge.families import FAMILIES
from tests.support.forge.truth import WITHHELD, ForgedRelease, Truth

__all__ = ["FAMILIES", "WITHHELD", "ForgedRelease", "Truth", "forge_release"]
