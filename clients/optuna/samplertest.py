"""Optuna's own sampler tests, of optuna.testing, held to ZhuomoSampler: run by
bench/conformance_optuna.py against a real server (ZHUOMO_URL, ZHUOMO_PRODUCT,
ZHUOMO_TOKEN, and ZHUOMO_SAMPLER for one that is not the default)."""

from __future__ import annotations

import os

from optuna.testing.pytest_samplers import BasicSamplerTestCase, RelativeSamplerTestCase, SingleOnlySamplerTestCase
import pytest

from zhuomo_optuna import ZhuomoSampler


class TestZhuomoSampler(BasicSamplerTestCase, RelativeSamplerTestCase, SingleOnlySamplerTestCase):
    @pytest.fixture
    def sampler(self):
        return lambda: ZhuomoSampler(
            os.environ["ZHUOMO_URL"], os.environ["ZHUOMO_PRODUCT"], os.environ["ZHUOMO_TOKEN"], sampler=os.environ.get("ZHUOMO_SAMPLER") or None
        )
