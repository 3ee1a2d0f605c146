"""Brings a finished or half-done study of Optuna to a Zhuomo server.

    python -m zhuomo_optuna.bring --storage sqlite:///old.db --study name \\
        --url http://127.0.0.1:7788 --product ID --token TOKEN --name new

Any storage that Optuna reads will do; a path is taken for a journal file. Brought again, what
is there already stays. Programs then go on with `zhuomo tune ask new`.
"""

from __future__ import annotations

import argparse
import json
import os

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState

from .client import Client
from .sampler import _STATES, _Dial, _Mirror, _one_objective


def bring(study: optuna.Study, client: Client, name: str, *, sampler: str | None = None, seed: int = 0) -> dict[str, int]:
    """Declares a study of that name with the parameters that the trials had, and tells
    its finished trials. A parameter that a trial did not have counts as at its default.
    Gives how many were added, known before, and outside the space."""
    _one_objective(study)
    space = whole_space(study)
    if not space:
        raise ValueError("the study has no finished trial with parameters")
    mirror = _Mirror(client, name, sampler, seed, study.direction == optuna.study.StudyDirection.MINIMIZE)
    mirror._search(space)
    finished = study.get_trials(deepcopy=False, states=tuple(_STATES))
    return mirror.tell([(t, t.state, t.value) for t in finished], partly=True)


def whole_space(study: optuna.Study) -> dict[str, BaseDistribution]:
    """All parameters that finished trials had; numbers over all ranges that they had."""
    space: dict[str, BaseDistribution] = {}
    for trial in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)):
        for name, d in trial.distributions.items():
            if not _Dial.can(name, d):
                continue
            known = space.get(name)
            if known is None or known == d:
                space[name] = d
            elif isinstance(d, FloatDistribution) and isinstance(known, FloatDistribution):
                low, high = min(d.low, known.low), max(d.high, known.high)
                space[name] = FloatDistribution(low, high, log=d.log and known.log)
            elif isinstance(d, IntDistribution) and isinstance(known, IntDistribution):
                low, high = min(d.low, known.low), max(d.high, known.high)
                space[name] = IntDistribution(low, high, log=d.log and known.log)
            elif isinstance(d, CategoricalDistribution) and isinstance(known, CategoricalDistribution):
                space[name] = CategoricalDistribution(known.choices + tuple(c for c in d.choices if c not in known.choices))
    return space


def main() -> None:
    a = argparse.ArgumentParser(prog="python -m zhuomo_optuna.bring", description=__doc__.split("\n")[0])
    a.add_argument("--storage", required=True, help="address of Optuna's storage, or the path of a journal file")
    a.add_argument("--study", help="its name there; may be left out when there is one")
    a.add_argument("--url", required=True)
    a.add_argument("--product", required=True)
    a.add_argument("--token", default=os.environ.get("ZHUOMO_TOKEN"))
    a.add_argument("--name", required=True, help="what it shall be called there")
    a.add_argument("--sampler")
    a.add_argument("--seed", type=int, default=0)
    a = a.parse_args()
    storage = a.storage
    if "://" not in storage:
        if not os.path.exists(storage):
            raise SystemExit(f"there is no file {storage}")
        storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(storage))
    study = optuna.load_study(study_name=a.study, storage=storage)
    print(json.dumps(bring(study, Client(a.url, a.product, a.token), a.name, sampler=a.sampler, seed=a.seed)))


if __name__ == "__main__":
    main()
