"""A storage of Optuna in the database of a Zhuomo server."""

from __future__ import annotations

from collections.abc import Iterable
import json
from typing import Any
import urllib.parse
import uuid

from optuna.storages.journal import BaseJournalBackend, JournalStorage

from .client import Client

_PAGE = 10_000  # lines at most; the server cuts a page of long ones


class ZhuomoStorage(JournalStorage):
    """Keeps Optuna's studies in a journal on the server, for any number of processes.

    What Optuna does to its studies is appended line by line, in one order for all, durable
    when it returns; each process replays the lines. It works with every sampler and pruner.

    Args:
        url: address of the server.
        product: id of the product that the journal belongs to.
        token: a token with the role trainer.
        journal: name of the journal; studies of one journal are listed together.
        patience: for how many seconds requests are repeated while the server is away.
    """

    def __init__(self, url: str, product: str, token: str | None = None, *, journal: str = "optuna", patience: float = 60.0) -> None:
        super().__init__(_Backend(Client(url, product, token, patience), journal))


class _Backend(BaseJournalBackend):
    def __init__(self, client: Client, journal: str) -> None:
        self._client = client
        self._path = f"journals/{urllib.parse.quote(journal, safe='')}/lines"

    def read_logs(self, log_number_from: int) -> Iterable[dict[str, Any]]:
        while True:
            page = self._client.call("GET", f"{self._path}?from={log_number_from}&limit={_PAGE}")
            for item in page["items"]:
                yield json.loads(item["line"])
            if not page.get("next"):
                return
            log_number_from = int(page["next"])

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        self._client.call("POST", self._path, {"key": uuid.uuid4().hex, "lines": [json.dumps(log) for log in logs]})
