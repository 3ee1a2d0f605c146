"""Zhuomo for Optuna: its samplers (ZhuomoSampler) and its database
(ZhuomoStorage); `python -m zhuomo_optuna.bring` brings old studies."""

from .client import Client, ZhuomoError
from .sampler import ZhuomoSampler
from .storage import ZhuomoStorage

__all__ = ["Client", "ZhuomoError", "ZhuomoSampler", "ZhuomoStorage"]
