#!/usr/bin/env bash
# What `make test-container` needs on any Debian machine: a running Docker engine with debian:trixie-slim, and the image
# under test as validator:test. What is there already is kept; the engine and both images stay when it ends.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

quietly() { # the output of a long command, if it fails
    "$@" >"$log" 2>&1 || { cat "$log" >&2; echo "failed: $*" >&2; exit 1; }
}

install() {
    quietly "${sudo[@]}" apt-get update -q
    quietly "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"
}

if ! docker info >/dev/null 2>&1; then
    command -v dockerd >/dev/null && command -v iptables >/dev/null || install docker.io iptables
    echo "starting dockerd"
    "${sudo[@]}" rm -f /var/run/docker.pid
    # Given a session of its own, so that it lives on; its log is where engines without systemd keep it.
    "${sudo[@]}" setsid --fork dockerd </dev/null >/tmp/dockerd.log 2>&1
    for _ in $(seq 60); do docker info >/dev/null 2>&1 && break; sleep 1; done
    docker info >/dev/null 2>&1 || { tail -20 /tmp/dockerd.log >&2; echo "dockerd did not start" >&2; exit 1; }
fi

command -v docker-registry >/dev/null || install docker-registry

if ! docker image inspect debian:trixie-slim >/dev/null 2>&1; then
    # The official image is a minbase too, without manuals. The machine's own mirror and certificates go into this
    # stand-in alone, so that the Dockerfile is the one that users get.
    echo "making debian:trixie-slim from Debian's packages"
    command -v mmdebstrap >/dev/null || install mmdebstrap
    mirror=$(find /etc/apt -name debian.sources -o -name sources.list | xargs cat |
        sed -nE 's/^URIs: *([^ ]+).*/\1/p; s/^deb +(\[[^]]*\] +)?([^ ]+) .*/\2/p' | sed -n 1p)
    certificates=${PIP_CERT:-${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}}
    base=$(mktemp --suffix=.tar)
    trap 'rm -f "$log" "$base"' EXIT
    quietly "${sudo[@]}" mmdebstrap --variant=minbase --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --customize-hook="upload $certificates /etc/machine.pem" trixie "$base" "$mirror"
    quietly docker import --change 'ENV PIP_CERT=/etc/machine.pem' "$base" debian:trixie-slim
fi

echo "building validator:test"
export DOCKER_BUILDKIT=0 # the stand-in above exists here only: BuildKit would ask the registry for it
quietly docker build --network host --target python --tag validator:python .
quietly docker build --network host --tag validator:test .
