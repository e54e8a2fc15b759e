"""The little that the analysis reads from a stimulus bundle."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.errors import ExportFormatError

SCHEMA_VERSION = 2
"""Of the bundles this analysis reads."""


def read_feature_labels(folder: Path, header: Mapping[str, Any]) -> dict[str, str]:
    """Names of the features for people, from the bundle the study was run with.

    Args:
        folder: the bundle's folder.
        header: content of `export.json`, which names the bundle and its checksum.

    Returns:
        feature_id -> label, for features that have one.

    Raises:
        ExportFormatError: the folder is no bundle, or not the study's bundle.
    """
    try:
        content = (folder / "manifest.json").read_bytes()
        manifest = json.loads(content)
        version = manifest["schema_version"]
        features = manifest["features"]
        found_id = manifest["bundle_id"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ExportFormatError(
            f"{folder} is no stimulus bundle: cannot read its manifest.json ({error}). "
            "Give the folder that holds manifest.json and images/."
        ) from error
    sha256 = hashlib.sha256(content).hexdigest()
    if found_id != header["bundle_id"] or sha256 != header["manifest_sha256"]:
        raise ExportFormatError(
            f"{folder} is not the bundle of this study: bundle_id {found_id!r}, "
            f"manifest SHA-256 {sha256[:12]}…; the export says "
            f"{header['bundle_id']!r} and {str(header['manifest_sha256'])[:12]}…. "
            "Give the bundle that was imported into the server."
        )
    if version != SCHEMA_VERSION:
        raise ExportFormatError(
            f"{folder} is of bundle schema version {version!r}; this analysis reads "
            f"{SCHEMA_VERSION}. Use the version of study-analysis that belongs to the "
            "bundle's generator."
        )
    return {
        str(feature["feature_id"]): str(feature["label"])
        for feature in features
        if feature.get("label")
    }
