"""Prints what the image that it runs in is made of, as CycloneDX 1.6: Debian's packages and Python's, with licences.

The same image gives the same document: no time, no random serial number.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any
from urllib.parse import quote

_PACKAGES = r"${binary:Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n"


def _debian() -> list[dict[str, Any]]:
    """Debian's packages; the base's release is part of their package URL."""
    release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text("utf-8").splitlines() if "=" in line
    )
    distro = f"debian-{release['VERSION_ID'].strip(chr(34))}"
    listed = subprocess.run(  # noqa: S603  our own words
        ["/usr/bin/dpkg-query", "--show", f"--showformat={_PACKAGES}"], capture_output=True, text=True, check=True
    ).stdout
    found = []
    for line in listed.splitlines():
        name, version, architecture, source, source_version = line.split("\t")
        name = name.partition(":")[0]
        place = f"pkg:deb/debian/{quote(name)}@{quote(version, safe='')}?arch={architecture}&distro={distro}"
        properties = [{"name": "debian:source", "value": f"{source} {source_version}"}]
        found.append(
            {
                "type": "library",
                "bom-ref": place,
                "name": name,
                "version": version,
                "purl": place,
                "properties": properties,
            }
        )
    return found


def _python() -> list[dict[str, Any]]:
    """The environment's packages, and by whose bytes: the hashes are in requirements.txt."""
    found = []
    for each in distributions():
        name, version = each.metadata["Name"], each.version
        place = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
        found.append(
            {"type": "library", "bom-ref": place, "name": name, "version": version, "purl": place, **_licences(each)}
        )
    return found


def _licences(package: Distribution) -> dict[str, Any]:
    if "License-Expression" in package.metadata:
        return {"licenses": [{"expression": package.metadata["License-Expression"]}]}
    named = [
        text.rsplit(" :: ", 1)[-1]
        for text in package.metadata.get_all("Classifier") or []
        if text.startswith("License ::")
    ]
    return {"licenses": [{"license": {"name": name}} for name in named]} if named else {}


def _document() -> dict[str, Any]:
    components = sorted(_debian() + _python(), key=lambda component: str(component["purl"]))
    own = next(component for component in components if component["name"] == "validator")
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "container", "name": "validator", "version": own["version"]}},
        "components": components,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_document(), indent=2, sort_keys=True) + "\n")
