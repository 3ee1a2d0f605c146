"""A sampler of Optuna that asks a Zhuomo server."""

from __future__ import annotations

from collections.abc import Sequence
import math
import os
import socket
import threading
from typing import Any
import urllib.parse
import uuid

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.search_space import IntersectionSearchSpace
from optuna.trial import FrozenTrial, TrialState

from .client import Client, ZhuomoError

_ATTR = "zhuomo:study"  # of the Optuna study: by which the server knows it
_BATCH = 500  # trials told at once
_WHOLE = 1 << 53  # whole numbers up to here survive JSON
_FAR = 1e100  # stands for infinity
_STATES = {TrialState.COMPLETE: "done", TrialState.PRUNED: "pruned", TrialState.FAIL: "failed"}


class ZhuomoSampler(BaseSampler):
    """Samples with one of Zhuomo's samplers.

    Parameters that all finished trials have (the intersection space) are asked of the
    server, in one request a trial; all others are drawn by `independent_sampler`. Trials
    are told when they end, and those that others told are caught up on before each ask, so
    that any number of processes may share a study by any storage of Optuna.

    Args:
        url: address of the server.
        product: id of the product under which the study shows.
        token: a token with the role trainer.
        sampler: name of the sampler; None is the server's default. See `zhuomo tune samplers`.
        seed: the same seed and the same trials give the same values.
        independent_sampler: RandomSampler when None.
        patience: for how many seconds requests are repeated while the server is away.
    """

    def __init__(
        self,
        url: str,
        product: str,
        token: str | None = None,
        *,
        sampler: str | None = None,
        seed: int | None = None,
        independent_sampler: BaseSampler | None = None,
        patience: float = 60.0,
    ) -> None:
        self._client = Client(url, product, token, patience)
        self._sampler, self._seed = sampler, seed
        self._independent = independent_sampler or RandomSampler(seed=seed)
        self._space = IntersectionSearchSpace(include_pruned=True)
        self._mirrors: dict[str, _Mirror] = {}
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()

    def reseed_rng(self) -> None:
        self._independent.reseed_rng()

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        with self._lock:
            space = self._space.calculate(study)
        return {name: d for name, d in space.items() if not d.single() and _Dial.can(name, d)}

    def sample_relative(self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        _one_objective(study)
        space = {name: d for name, d in search_space.items() if _Dial.can(name, d)}
        if not space:
            return {}
        with self._lock:
            return self._mirror(study).ask(study, trial, space)

    def sample_independent(self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution) -> Any:
        _one_objective(study)
        return self._independent.sample_independent(study, trial, param_name, param_distribution)

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        self._independent.before_trial(study, trial)

    def after_trial(self, study: optuna.Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        if len(study.directions) == 1:
            with self._lock:
                mirror = self._mirror(study, make=False)
                if mirror is not None:
                    mirror.tell([(trial, state, values[0] if values else None)])
        self._independent.after_trial(study, trial, state, values)

    def _mirror(self, study: optuna.Study, make: bool = True) -> "_Mirror | None":
        known = study._storage.get_study_system_attrs(study._study_id).get(_ATTR)
        if known is None:
            if not make:
                return None
            study._storage.set_study_system_attr(study._study_id, _ATTR, f"{study.study_name[:100]} #{uuid.uuid4().hex[:12]}")
            known = study._storage.get_study_system_attrs(study._study_id)[_ATTR]  # of two at once, one stays
        if known not in self._mirrors:
            self._mirrors[known] = _Mirror(self._client, known, self._sampler, self._seed, study.direction == optuna.study.StudyDirection.MINIMIZE)
        return self._mirrors[known]


def _one_objective(study: optuna.Study) -> None:
    if len(study.directions) != 1:
        raise ValueError("ZhuomoSampler has one objective; a study with several needs another sampler.")


class _Mirror:
    """What the server knows of one study."""

    def __init__(self, client: Client, name: str, sampler: str | None, seed: int | None, minimise: bool) -> None:
        self._client, self._name, self._sampler, self._minimise = client, name, sampler, minimise
        self._seed = uuid.uuid5(uuid.NAMESPACE_URL, name).int % (1 << 32) if seed is None else seed
        self._path = "studies/" + urllib.parse.quote(name, safe="")
        self._space: dict[str, _Dial] = {}
        self._declared: list[dict[str, Any]] | None = None
        self._told: set[int] = set()
        self._worker = f"{socket.gethostname()}:{os.getpid()}"

    def ask(self, study: optuna.Study, trial: FrozenTrial, space: dict[str, BaseDistribution]) -> dict[str, Any]:
        self._search(space)
        finished = study._get_trials(deepcopy=False, states=tuple(_STATES), use_cache=True)
        self.tell([(t, t.state, t.value) for t in finished if t.number not in self._told])
        try:
            given = self._client.call("POST", self._path + "/asks", {"number": trial.number, "worker": self._worker, "lease_s": 7 * 24 * 3600})
        except ZhuomoError as e:
            if e.code != "tune.already_told":  # told by another program under this number
                raise
            return {}
        values = given["trial"]["values"] if given.get("trial") else {}
        params = {name: self._space[name].outward(values[name]) for name in space if name in values}
        return {name: v for name, v in params.items() if space[name]._contains(space[name].to_internal_repr(v))}

    def _search(self, space: dict[str, BaseDistribution]) -> None:
        dials = {name: _Dial(name, space[name]) for name in sorted(space)}
        declared = [d.declared for d in dials.values()]
        if declared == self._declared:
            return
        if self._declared is None:
            body = {"name": self._name, "params": declared, "seed": self._seed, "minimise": self._minimise}
            made = self._client.call("POST", "outside-studies", {**body, "sampler": self._sampler} if self._sampler else body)
            if made["found"]:
                self._client.call("PUT", self._path + "/space", {"params": declared})
        else:
            self._client.call("PUT", self._path + "/space", {"params": declared})
        # Choices and steps may read otherwise now: what was told stands, the rest follows.
        self._space, self._declared = dials, declared

    def tell(self, trials: list[tuple[FrozenTrial, TrialState, float | None]], partly: bool = False) -> dict[str, int]:
        """Tells trials; those that lack a parameter only if partly, which takes its default for it."""
        count = {"added": 0, "known": 0, "outside": 0}
        if self._declared is None:
            return count
        old = []
        for trial, state, value in trials:
            values = {}
            for name, v in trial.params.items():
                dial = self._space.get(name) or (_Dial(name, trial.distributions[name]) if _Dial.can(name, trial.distributions[name]) else None)
                inward = dial.inward(v) if dial else None
                if inward is not None:
                    values[name] = inward
            self._told.add(trial.number)
            if not partly and any(name not in values for name in self._space):
                continue  # the server would take what is missing for the default
            if value is None and state == TrialState.PRUNED and trial.intermediate_values:
                value = trial.intermediate_values[max(trial.intermediate_values)]
            one: dict[str, Any] = {"number": trial.number, "state": _STATES[state], "values": values}
            if value is not None and not math.isnan(value):
                one["value"] = min(max(value, -_FAR), _FAR)
            elif state == TrialState.COMPLETE:
                one["state"] = "failed"
            if trial.datetime_start and trial.datetime_complete:
                one["seconds"] = max(0.0, (trial.datetime_complete - trial.datetime_start).total_seconds())
            old.append(one)
        for at in range(0, len(old), _BATCH):
            for what, n in self._client.call("POST", self._path + "/imports", {"trials": old[at : at + _BATCH]}).items():
                count[what] = count.get(what, 0) + n if isinstance(n, int) else 0
        return count


class _Dial:
    """One parameter as the server searches it: steps are counted, choices are named."""

    def __init__(self, name: str, d: BaseDistribution) -> None:
        self._d = d
        self._names: list[str] = []
        self._low, self._step = 0.0, None
        self.declared: dict[str, Any] = {"name": name}
        if isinstance(d, CategoricalDistribution):
            plain = [str(c) for c in d.choices]
            fits = len(set(plain)) == len(plain) and all(0 < len(p) <= 100 for p in plain)
            self._names = plain if fits else [f"{i}: {p[:80]}" for i, p in enumerate(plain)]
            self.declared.update(kind="choice", choices=self._names)
            return
        assert isinstance(d, (FloatDistribution, IntDistribution))
        if d.step is not None and (isinstance(d, FloatDistribution) or d.step != 1):
            self._low, self._step = d.low, d.step
            self.declared.update(kind="int", min=0, max=round((d.high - d.low) / d.step))
        else:
            self.declared.update(kind="int" if isinstance(d, IntDistribution) else "float", min=d.low, max=d.high, log=d.log)

    @staticmethod
    def can(name: str, d: BaseDistribution) -> bool:
        """Tells whether the server can search it."""
        if not 0 < len(name.encode()) <= 200:
            return False
        if isinstance(d, CategoricalDistribution):
            return len(d.choices) <= 10_000
        if not isinstance(d, (FloatDistribution, IntDistribution)):
            return False
        return max(abs(d.low), abs(d.high)) < (_WHOLE if isinstance(d, IntDistribution) else 1e150) and (d.step is None or (d.high - d.low) / d.step < _WHOLE)

    def inward(self, value: Any) -> Any:
        """A value as the server has it; None where this parameter cannot have it."""
        if isinstance(self._d, CategoricalDistribution):
            try:
                return self._names[int(self._d.to_internal_repr(value))]
            except (ValueError, IndexError):
                return None
        if isinstance(value, str) or value is None:
            return None
        if self._step is not None:
            return round((value - self._low) / self._step)
        return value

    def outward(self, value: Any) -> Any:
        """What the server proposes, as Optuna has it."""
        d = self._d
        if isinstance(d, CategoricalDistribution):
            return d.choices[self._names.index(value)]
        if self._step is not None:
            value = self._low + value * self._step
        value = min(max(value, d.low), d.high)
        return int(value) if isinstance(d, IntDistribution) else float(value)
