import time

import pytest

from validator.sources.connection import (
    Connection,
    Direct,
    Emulated,
    EmulatorAddressError,
    clock,
    from_environment,
    parse,
)


def test_without_the_variable_calls_go_to_google_in_real_time() -> None:
    assert from_environment({}) == Direct()
    assert from_environment({"VALIDATOR_EMULATOR": ""}) == Direct()
    assert abs(clock(Direct())() - time.time()) < 1


def test_the_variable_names_an_emulator_with_a_time_of_its_own() -> None:
    connection = from_environment({"VALIDATOR_EMULATOR": "http://127.0.0.1:8080?grpc=8081&epoch=1700000000.5&speed=10"})
    assert connection == Emulated("127.0.0.1", 8080, 8081, 1700000000.5, 10)
    assert isinstance(connection, Emulated)
    assert connection.grpc_address == "127.0.0.1:8081"


def test_emulated_time_runs_from_the_epoch_at_the_given_speed() -> None:
    epoch = time.time() - 10
    now = clock(Emulated("127.0.0.1", 1, 2, epoch, 10))
    assert now() == pytest.approx(epoch + 100, abs=5)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://localhost:1?grpc=2", "127.0.0.1:2"),
        ("http://127.8.9.1:1/?grpc=2", "127.8.9.1:2"),
        ("http://[::1]:1?grpc=2", "[::1]:2"),
    ],
)
def test_any_loopback_address_will_do(text: str, address: str) -> None:
    assert parse(text).grpc_address == address


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("http://10.0.0.1:1?grpc=2", "10.0.0.1 is not a loopback address of this machine"),
        ("http://emulator.example:1?grpc=2", "emulator.example is not a loopback address of this machine"),
        ("http://localhost.example:1?grpc=2", "localhost.example is not a loopback address of this machine"),
        ("http://0.0.0.0:1?grpc=2", "0.0.0.0 is not a loopback address of this machine"),
        ("https://127.0.0.1:1?grpc=2", "it is not a plain http address"),
        ("http://127.0.0.1:1/path?grpc=2", "it is not a plain http address"),
        ("http://x@127.0.0.1:1?grpc=2", "it is not a plain http address"),
        ("127.0.0.1:1", "it is not a plain http address"),
        ("http://127.0.0.1:1", "a port is missing"),
        ("http://127.0.0.1?grpc=2", "a port is missing"),
        ("http://127.0.0.1:1?grpc=x", "invalid literal"),
        ("http://127.0.0.1:1?grpc=2&sped=10", "unknown: sped"),
        ("http://127.0.0.1:1?grpc=2&epoch=1&speed=0", "speed is above 0"),
        ("http://127.0.0.1:1?grpc=2&epoch=nan", "finite"),
        ("http://127.0.0.1:1?grpc=2&speed=10", "a speed needs an epoch"),
    ],
)
def test_anything_else_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(EmulatorAddressError, match="unset it to reach Google") as refused:
        parse(text)
    assert reason in str(refused.value)


def test_setting_the_machines_clock_back_moves_no_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    connections: tuple[Connection, ...] = (Direct(), Emulated("127.0.0.1", 1, 2, time.time(), 10))
    before = [connection.now for connection in connections]
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert all(connection.now >= was for connection, was in zip(connections, before, strict=True))
