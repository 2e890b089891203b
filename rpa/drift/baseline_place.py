"""Where a profile's baseline is: `site.toml` -> `site.baseline/`, unless RPA_BASELINE (`--baseline`) names a folder."""

from pathlib import Path

from rpa.settings import Settings

FILE = "baseline.toml"
RECORDINGS = "recordings"


def place_of_baseline(profile_path: Path | None, settings: Settings) -> Path | None:
    """The folder in which a baseline is, or would be written; None: neither a profile nor a folder is named."""
    if settings.baseline is not None:
        return settings.baseline
    return profile_path.with_suffix(".baseline") if profile_path is not None else None


def find_baseline(profile_path: Path | None, settings: Settings) -> Path | None:
    """The folder of the baseline; None: nobody has learned one yet.

    A folder that the setting names is returned even if nothing is in it: to read it then raises BaselineError.
    """
    place = place_of_baseline(profile_path, settings)
    there = place is not None and (place == settings.baseline or (place / FILE).is_file())
    return place if there else None
