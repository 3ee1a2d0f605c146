"""Zhuomo for Optuna: its samplers (ZhuomoSampler)."""

from .client import Client, ZhuomoError
from .sampler import ZhuomoSampler

__all__ = ["Client", "ZhuomoError", "ZhuomoSampler"]
