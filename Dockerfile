# The gate as a container. What its bytes are, and why it runs as root by default: docs/container.md.
FROM debian:trixie-slim AS python
SHELL ["/bin/sh", "-eu", "-c"]
# hadolint ignore=DL3008  # Debian's stable release keeps no older versions that could be pinned
RUN apt-get update; \
    apt-get install -y --no-install-recommends python3; \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/ldconfig/* /var/log/*

FROM python AS build
# hadolint ignore=DL3008
RUN apt-get update; \
    apt-get install -y --no-install-recommends python3-hatchling python3-pip; \
    rm -rf /var/lib/apt/lists/*
RUN python3 -m venv --without-pip /opt/validator
COPY requirements.txt /src/
RUN python3 -m pip --python /opt/validator/bin/python install --no-cache-dir --no-compile --require-hashes \
        --only-binary :all: -r /src/requirements.txt
WORKDIR /src
COPY LICENSE checks.yaml pyproject.toml ./
COPY examples/netra/scenario.yaml examples/netra/
COPY validator validator
RUN python3 -m pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . ; \
    python3 -m pip --python /opt/validator/bin/python install --no-cache-dir --no-compile --no-deps --no-index /wheels/*.whl
# The same sources give the same bytes: no times of installation, and bytecode that is never checked against them (the
# files of an image do not change). What only compilers, type checkers and tests of the dependencies read stays behind.
WORKDIR /opt/validator
RUN find lib -depth -type d \( -name tests -o -name bazel-project -o -name __pycache__ \) -exec rm -rf {} +; \
    find lib -type f \( -name '*.pyx' -o -name '*.pxd' -o -name '*.pyi' -o -name '*.h' -o -name direct_url.json \) -delete; \
    find bin include -mindepth 1 ! -name 'python*' ! -name validator -delete; \
    sed -i '1s|.*|#!/usr/bin/env -S --block-signal=INT /opt/validator/bin/python -I|' bin/validator; \
    PYTHONHASHSEED=0 bin/python -m compileall -q --invalidation-mode unchecked-hash lib; \
    find . -exec touch --no-dereference --date=@0 {} +

FROM python
LABEL org.opencontainers.image.title="validator" \
      org.opencontainers.image.description="A deployment gate for Cloud Run whose every green is evidence." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/debian:trixie-slim"
# No folder of the job's and no variable of its environment changes what is imported: bin/validator runs `python -I`.
COPY --from=build /opt/validator /opt/validator
RUN ln -s /opt/validator/bin/validator /usr/local/bin/validator
# Root, on purpose: on the runners of GitHub and of Cloud Build the workspace and the files for outputs belong to root.
# It needs no right of root's: --user 65532 --read-only --cap-drop ALL works where the reports' folder can be written.
WORKDIR /workspace
ENTRYPOINT ["/usr/local/bin/validator"]
HEALTHCHECK NONE
