"""Optuna's own storage tests, of optuna.testing, held to ZhuomoStorage: run by
bench/conformance_optuna.py against a real server (ZHUOMO_URL, ZHUOMO_PRODUCT, ZHUOMO_TOKEN)."""

from __future__ import annotations

import os
import uuid

from optuna.testing.pytest_storages import StorageTestCase
import pytest

from zhuomo_optuna import ZhuomoStorage


class TestZhuomoStorage(StorageTestCase):
    @pytest.fixture
    def storage(self):
        return ZhuomoStorage(os.environ["ZHUOMO_URL"], os.environ["ZHUOMO_PRODUCT"], os.environ["ZHUOMO_TOKEN"], journal=uuid.uuid4().hex)
