"""Repair a PDF with qpdf: its objects are found again and written in order, its pages stay in theirs."""

import warnings
from pathlib import Path

import pikepdf


def repair(path: Path, copy: Path) -> bool:
    """Write a repaired copy of a PDF; tell whether there is one."""
    try:
        with warnings.catch_warnings(action="ignore"), pikepdf.open(path, suppress_warnings=True) as document:
            document.save(copy, fix_metadata_version=False)
    except Exception:  # what cannot be repaired fails in many ways
        copy.unlink(missing_ok=True)
        return False
    return True
