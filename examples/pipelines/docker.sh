#!/bin/sh
# Anywhere with Docker: the gate as a user without rights, with your own gcloud credentials, reports in ./gate. A private service
# wants VALIDATOR_ID_TOKEN, or credentials made with --impersonate-service-account (docs/private-services.md).
set -eu
mkdir -p gate
exec docker run --rm --user "$(id -u):$(id -g)" --read-only --cap-drop ALL \
    --volume "$PWD:/workspace:ro" --volume "$PWD/gate:/workspace/gate" \
    --volume "${CLOUDSDK_CONFIG:-$HOME/.config/gcloud}:/gcloud:ro" --env CLOUDSDK_CONFIG=/gcloud \
    --env PROJECT_ID --env REGION --env SERVICE --env COMMIT_SHA --env VALIDATOR_ID_TOKEN \
    "${VALIDATOR_IMAGE:-validator}" run checks.yaml --out gate
