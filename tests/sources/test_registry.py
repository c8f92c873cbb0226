"""Manifests, from a real registry and from servers that are none."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.manifests import digest, image, index
from validator.resources.image import Manifest
from validator.sources import registry
from validator.sources.connection import Direct
from validator.sources.registry import open_source
from validator.words.call import Answer, GetManifest, Problem, Result

SOON = 10.0


def asked(repository: str, reference: str, timeout: float = SOON) -> Result:
    source = open_source(Direct())
    try:
        return source(GetManifest(repository, reference), timeout)
    finally:
        source.close()


def manifest(result: Result) -> Manifest:
    assert isinstance(result, Answer), result
    return Manifest.read(result.content)


def problem(result: Result) -> Problem:
    assert isinstance(result, Problem), result
    return result


# A real registry: Debian's docker-registry, to which skopeo pushes.


def layout(folder: Path) -> tuple[str, dict[str, str]]:
    """An OCI layout with an index of two images: its digest, and theirs by architecture."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def put(data: bytes, kind: str, **more: Any) -> dict[str, Any]:
        name = f"sha256:{hashlib.sha256(data).hexdigest()}"
        (blobs / name.removeprefix("sha256:")).write_bytes(data)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": name, "size": len(data), **more}

    def one(architecture: str) -> dict[str, Any]:
        tar = BytesIO()
        with tarfile.open(fileobj=tar, mode="w:gz") as archive:
            info = tarfile.TarInfo("hello")
            info.size = 300
            archive.addfile(info, BytesIO(architecture.encode().ljust(300)))
        layer = put(tar.getvalue(), "layer.v1.tar+gzip")
        rootfs = {"type": "layers", "diff_ids": [layer["digest"]]}
        config = put(
            json.dumps({"os": "linux", "architecture": architecture, "rootfs": rootfs}).encode(), "config.v1+json"
        )
        whole = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config,
            "layers": [layer],
        }
        platform = {"os": "linux", "architecture": architecture}
        return put(json.dumps(whole).encode(), "manifest.v1+json", platform=platform)

    children = [one("arm64"), one("amd64")]
    whole = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": children}
    top = put(json.dumps(whole).encode(), "index.v1+json")
    top["annotations"] = {"org.opencontainers.image.ref.name": "v1"}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [top]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return top["digest"], {each["platform"]["architecture"]: each["digest"] for each in children}


@contextmanager
def real_registry(folder: Path, more: Mapping[str, Any]) -> Iterator[str]:
    """Debian's docker-registry on a free port."""
    program = shutil.which("docker-registry")
    assert program, "install docker-registry and skopeo (.ci/run does)"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    settings = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": host},
        **more,
    }
    (folder / "config.json").write_text(json.dumps(settings))
    with subprocess.Popen([program, "serve", folder / "config.json"], stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(host)
            yield host
        finally:
            process.kill()


def _wait_for(host: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(tuple(host.split(":")), 1).close()  # type: ignore[arg-type]
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the registry did not start")


@pytest.mark.slow
@pytest.mark.usefixtures("unproxied")
def test_an_index_and_its_image_come_from_a_real_registry_and_no_layer_is_fetched(tmp_path: Path) -> None:
    top, children = layout(tmp_path / "layout")
    (tmp_path / "registry").mkdir()
    with real_registry(tmp_path / "registry", {}) as host:
        push = ["skopeo", "copy", "--all", "--preserve-digests", "--dest-tls-verify=false", "--insecure-policy"]
        subprocess.run(
            [*push, f"oci:{tmp_path}/layout:v1", f"docker://{host}/acme/app:v1"], check=True, capture_output=True
        )
        found = manifest(asked(f"{host}/acme/app", top))
        assert (found.is_index, found.digest, found.child) == (True, top, children["amd64"])
        child = manifest(asked(f"{host}/acme/app", found.child))
        assert (len(child.layers), child.size) == (1, child.layers[0] + child.config)
        assert manifest(asked(f"{host}/acme/app", "v1")).digest == top
        gone = problem(asked(f"{host}/acme/app", "sha256:" + "0" * 64))
        assert (gone.code, gone.message) == ("NOT_FOUND", "MANIFEST_UNKNOWN: manifest unknown")
        assert problem(asked(f"{host}/acme/other", top)).code == "NOT_FOUND"


@pytest.mark.slow
@pytest.mark.usefixtures("unproxied")
def test_a_real_registry_that_wants_a_password_gets_none(tmp_path: Path) -> None:
    (tmp_path / "htpasswd").write_text("somebody:$2y$05$abcdefghijklmnopqrstuuJv0l0l0l0l0l0l0l0l0l0l0l0l0l0l0")
    auth = {"auth": {"htpasswd": {"realm": "here", "path": str(tmp_path / "htpasswd")}}}
    with real_registry(tmp_path, auth) as host:
        refused = problem(asked(f"{host}/acme/app", "v1"))
        assert refused.code == "UNAUTHENTICATED"
        assert refused.message.startswith("UNAUTHORIZED: authentication required")


# Servers that are as no registry should be.


class Odd:
    """A server that answers each path with what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.heard: list[tuple[str, str]] = []
        """(path, Authorization), in turn."""
        odd = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                authorization = self.headers.get("Authorization", "")
                odd.heard.append((self.path, authorization))
                path = self.path.partition("?")[0]
                status, headers, body = odd.answers.get(f"{path} {authorization}") or odd.answers[path]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"

    def json(self, path: str, data: Any, status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = status, named, json.dumps(data, separators=(",", ":")).encode()


@pytest.fixture
def odd(unproxied: None) -> Iterator[Odd]:  # noqa: ARG001
    made = Odd()
    Thread(target=made.server.serve_forever, daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


PATH = "/v2/acme/app/manifests/"
ONE = image(5)


def test_bytes_that_are_not_those_of_the_digest_are_no_manifest(odd: Odd) -> None:
    odd.json(PATH + digest(ONE), image(6))
    refused = problem(asked(f"{odd.host}/acme/app", digest(ONE)))
    assert refused == Problem("DATA_LOSS", f"the registry sent {digest(image(6))[:19]} for {digest(ONE)[:19]}")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (403, b'{"errors": [{"code": "DENIED", "message": "no"}]}', "PERMISSION_DENIED"),
        (404, b"gone", "NOT_FOUND"),
        (429, b"", "RESOURCE_EXHAUSTED"),
        (500, b"", "UNAVAILABLE"),
        (302, b"", "UNKNOWN"),
        (204, b"", "UNREADABLE"),
        (200, b"<html>", "UNREADABLE"),
        (200, b"[]", "UNREADABLE"),
        (200, b"[" * 100_000, "UNREADABLE"),
        (200, b'{"layers": "' + b"x" * 2_000_000 + b'"}', "UNREADABLE"),
        (200, b"\xff\xfe\x00", "UNREADABLE"),
    ],
)
def test_what_is_no_manifest_is_told(status: int, body: bytes, code: str, odd: Odd) -> None:
    odd.answers[PATH + "v1"] = status, {"Location": "/elsewhere"}, body
    assert problem(asked(f"{odd.host}/acme/app", "v1")).code == code


def challenge(realm: str) -> str:
    return f'Bearer realm="{realm}",service="here",scope="repository:acme/app:pull"'


def test_a_token_is_fetched_where_the_registry_says_as_nobody(odd: Odd, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: float) -> str:
        raise AssertionError("the gate's own token is for Google's registries alone")

    monkeypatch.setattr(registry, "access_token", never)
    odd.json(PATH + digest(ONE), {}, 401, WWW_Authenticate=challenge(f"http://{odd.host}/token"))
    odd.json("/token", {"token": "t0ken"})
    odd.json(PATH + digest(ONE) + " Bearer t0ken", ONE)
    assert manifest(asked(f"{odd.host}/acme/app", digest(ONE))).layers == (5,)
    assert odd.heard[1] == ("/token?service=here&scope=repository%3Aacme%2Fapp%3Apull", "")


@pytest.mark.parametrize(
    ("realm", "code"),
    [
        ("http://169.254.169.254/token", "REFUSED"),
        ("http://metadata.google.internal/token", "REFUSED"),
        ("file:///etc/passwd", "UNAUTHENTICATED"),
        ("HERE/gone", "NOT_FOUND"),
        ("HERE/odd", "UNREADABLE"),
    ],
)
def test_a_realm_that_leads_nowhere_good_gives_no_manifest(realm: str, code: str, odd: Odd) -> None:
    odd.json("/gone", {}, 404)
    odd.json("/odd", {"token": 5})
    realm = realm.replace("HERE", f"http://{odd.host}")
    odd.json(PATH + "v1", {}, 401, WWW_Authenticate=challenge(realm))
    assert problem(asked(f"{odd.host}/acme/app", "v1")).code == code


@pytest.mark.parametrize(
    ("host", "realm", "given"),
    [
        ("us-central1-docker.pkg.dev", "https://us-central1-docker.pkg.dev/v2/token", True),
        ("eu.gcr.io", "https://eu.gcr.io/v2/token", True),
        ("us-central1-docker.pkg.dev", "https://evil.example/v2/token", False),
        ("us-central1-docker.pkg.dev", "http://us-central1-docker.pkg.dev/v2/token", False),
        ("us-central1-docker.pkg.dev", "https://us-central1-docker.pkg.dev@evil.example/token", False),
        ("us-central1-docker.pkg.dev.evil.example", "https://us-central1-docker.pkg.dev.evil.example/token", False),
        ("evil-gcr.io", "https://evil-gcr.io/token", False),
        ("ghcr.io", "https://ghcr.io/token", False),
    ],
)
def test_the_gates_own_token_goes_to_googles_registries_alone_each_to_itself(
    host: str, realm: str, *, given: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over our own port to the wire: no test reaches those hosts."""
    heard: list[tuple[str, str]] = []

    def wire(call: Any, _: float) -> Result:
        heard.append((call.url, dict(call.headers).get("Authorization", "")))
        headers = [["www-authenticate", challenge(realm)]]
        if call.url.partition("?")[0] == realm:
            return Answer({"status": 200, "headers": [], "text": '{"token": "pull"}', "latency": 0.1})
        if dict(call.headers).get("Authorization"):
            return Answer(
                {"status": 200, "headers": [], "text": json.dumps(ONE, separators=(",", ":")), "latency": 0.1}
            )
        return Answer({"status": 401, "headers": headers, "text": "", "latency": 0.1})

    source = open_source(Direct())
    monkeypatch.setattr(source, "_http", wire)
    monkeypatch.setattr(registry, "access_token", lambda _: "secret")
    assert manifest(source(GetManifest(f"{host}/acme/app", digest(ONE)), SOON)).layers == (5,)
    basic = "Basic " + base64.b64encode(b"oauth2accesstoken:secret").decode()
    assert [to for to, _ in heard] == [heard[0][0], heard[1][0], heard[0][0]]
    assert heard[0][1] == ""
    assert heard[1][1] == (basic if given else "")
    assert heard[2][1] == "Bearer pull"


@pytest.mark.usefixtures("unproxied")
def test_it_ends_in_its_time_whatever_the_registry_does() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        refused = problem(asked(f"127.0.0.1:{silent.getsockname()[1]}/acme/app", "v1", 0.5))
        assert refused.code == "TIMEOUT"
        assert time.monotonic() - began < 3


def test_an_index_is_read_whatever_else_is_in_it() -> None:
    whole = index(unknown=image(1), arm64=image(2), amd64=ONE)
    found = Manifest.read({"digest": digest(whole), "manifest": whole})
    assert (found.child, len(found.children)) == (digest(ONE), 3)
