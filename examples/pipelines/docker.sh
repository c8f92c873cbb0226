#!/bin/sh
# Anywhere with Docker: the gate as a user without rights, with your own gcloud credentials, reports in ./gate.
set -eu
mkdir -p gate
exec docker run --rm --user "$(id -u):$(id -g)" --read-only --cap-drop ALL \
    --volume "$PWD:/workspace:ro" --volume "$PWD/gate:/workspace/gate" \
    --volume "${CLOUDSDK_CONFIG:-$HOME/.config/gcloud}:/gcloud:ro" --env CLOUDSDK_CONFIG=/gcloud \
    --env PROJECT_ID --env REGION --env SERVICE --env COMMIT_SHA \
    "${VALIDATOR_IMAGE:-validator}" run checks.yaml --out gate
