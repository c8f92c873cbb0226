#!/usr/bin/env bash
# What people write by hand: the twelve questions of questions.yaml, with gcloud, curl and jq.
set -euo pipefail
service=netra-backend-staging region=us-central1 project=netra-staging
fail() { echo "FAILED: $1" >&2; exit 1; }

described=$(gcloud run services describe "$service" --region="$region" --project="$project" --format=json)
revision=$(jq -r '.status.latestCreatedRevisionName' <<<"$described")
jq -e --arg r "$revision" '[.status.traffic[] | select(.revisionName == $r and .latestRevision) | .percent] | add == 100' <<<"$described" >/dev/null || fail "1 traffic"

found=$(gcloud run revisions describe "$revision" --region="$region" --project="$project" --format=json)
jq -e '.status.conditions[] | select(.type == "Ready") | .status == "True"' <<<"$found" >/dev/null || fail "2 ready"
jq -e '[.spec.containers[0].env[] | select(.valueFrom.secretKeyRef)] | length == 24' <<<"$found" >/dev/null || fail "3 secrets"
jq -e '.spec.containers[0].env[] | select(.name == "CLICKHOUSE_SECURE") | .value == "true"' <<<"$found" >/dev/null || fail "4 environment"
jq -e '.metadata.annotations["run.googleapis.com/vpc-access-connector"] | endswith("staging-connector")' <<<"$found" >/dev/null || fail "5 connector"

id=$(jq -r '.metadata.labels["gcb-build-id"]' <<<"$found")
build=$(gcloud builds describe "$id" --region="$region" --project="$project" --format=json)
jq -e '.status == "SUCCESS"' <<<"$build" >/dev/null || fail "6 build"
started=$(date -d "$(jq -r .startTime <<<"$build")" +%s) finished=$(date -d "$(jq -r .finishTime <<<"$build")" +%s)
[ $((finished - started)) -le 600 ] || fail "7 build time"
digest=$(jq -r '.results.images[0].digest' <<<"$build")
jq -e --arg d "$digest" '.status.imageDigest | endswith($d)' <<<"$found" >/dev/null || fail "8 image"

url=$(jq -r .status.url <<<"$described")
health=$(curl --fail --silent --show-error "${BENCHMARK_SCHEME:-https}${url#https}/health") || fail "9 health"
jq -e '.status == "healthy" and .service == "netra-ai-platform"' <<<"$health" >/dev/null || fail "10 healthy"

own="resource.type=\"cloud_run_revision\" AND resource.labels.revision_name=\"$revision\""
logged() { gcloud logging read "$own AND textPayload=~\"$1\"" --project="$project" --freshness=1d --limit=1 --format=json; }
[ "$(logged '\[ClickHouse\] REAL connection established' | jq length)" -gt 0 ] || fail "11 driver"
[ "$(logged 'Step \d+: ClickHouse initialized' | jq length)" -gt 0 ] || fail "12 step"
echo "all twelve hold"
