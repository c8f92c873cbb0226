#!/bin/sh
# The bill of materials of an image as CycloneDX 1.6: scripts/sbom.py run inside it, without a network.
#   scripts/sbom.sh validator:test > sbom.cdx.json
set -eu
exec docker run --rm --interactive --network none --entrypoint /opt/validator/bin/python "${1:?the image}" - \
    <"$(dirname "$0")/sbom.py"
