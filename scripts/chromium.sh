#!/usr/bin/env bash
# Where this machine has Chromium; exit code 1 if it has none.
for name in chromium google-chrome chromium-browser; do
    command -v "$name" && exit 0
done
exit 1
