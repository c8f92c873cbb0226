"""How the world says no: the gRPC status and the message of the API that it stands for."""

from __future__ import annotations


class RefusalError(Exception):
    """An answer that is an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message
