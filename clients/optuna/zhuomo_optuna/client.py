"""Requests to a Zhuomo server, repeated while it is away."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Any
import urllib.parse


class ZhuomoError(Exception):
    """What the server refused: its code, such as tune.already_told, and its words."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code, self.detail = status, code, detail


class Client:
    """One product of a server.

    Every request that is made through it may be repeated without counting twice. So
    a server that is away, or busy, is asked again for `patience` seconds.
    """

    def __init__(self, url: str, product: str, token: str | None = None, patience: float = 60.0, timeout: float = 60.0) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not the address of a server: {url!r}")
        self._parts, self._product, self._token = parts, product, token
        self._patience, self._timeout = patience, timeout
        self._local = threading.local()

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k != "_local"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._local = threading.local()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Sends one request to /api/v1/products/{product}/path and gives the answer."""
        until, wait = time.monotonic() + self._patience, 0.05
        while True:
            try:
                status, text = self._once(method, path, body)
                if status < 300:
                    return json.loads(text)
                error = _error(status, text)
                if status not in (429, 502, 503, 504):
                    raise error
            except (OSError, http.client.HTTPException) as e:
                error = ZhuomoError(0, "unreachable", f"{self._parts.geturl()}: {e or type(e).__name__}")
            if time.monotonic() + wait > until:
                raise error
            time.sleep(wait)
            wait = min(2 * wait, 2.0)

    def _once(self, method: str, path: str, body: Any) -> tuple[int, bytes]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
            connection = self._local.connection = kind(self._parts.hostname, self._parts.port, timeout=self._timeout)
        headers = {"Accept-Language": "en", "Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = "Bearer " + self._token
        try:
            connection.request(method, f"{self._parts.path.rstrip('/')}/api/v1/products/{urllib.parse.quote(self._product, safe='')}/{path}", None if body is None else json.dumps(body, allow_nan=False).encode(), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except BaseException:
            connection.close()
            self._local.connection = None
            raise


def _error(status: int, text: bytes) -> ZhuomoError:
    try:
        problem = json.loads(text)
        return ZhuomoError(status, problem.get("code", ""), problem.get("detail", ""))
    except ValueError:
        return ZhuomoError(status, "", text[:200].decode("utf-8", "replace"))
