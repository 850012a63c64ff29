"""Hyperparameter optimisation with early stopping.

    import hypertide as ht

    def objective(trial):
        model = train(lr=trial["lr"], layers=trial["layers"])
        for epoch in range(1, 82):
            loss = model.epoch()
            trial.report(loss, epoch)   # stops the trial when others do better
        return loss

    study = ht.Study({"lr": ht.log(1e-5, 1e-1), "layers": ht.int(1, 8)}, minimize="loss", path="study.jsonl", epochs=81)
    study.optimize(objective, trials=100, parallel=4)
    print(study.best)
"""

from typing import TYPE_CHECKING

from ._each import each
from ._version import __version__
from .errors import EngineError, HypertideError, Infeasible, Stopped, TrialsFailed
from .space import boolean, choice, constant, float, int, log  # noqa: A004
from .study import Study
from .trial import Trial

__all__ = [
    "EngineError",
    "HypertideError",
    "Infeasible",
    "Stopped",
    "Study",
    "Trial",
    "TrialsFailed",
    "__version__",
    "boolean",
    "choice",
    "constant",
    "each",
    "float",
    "int",
    "log",
]

if not TYPE_CHECKING:  # a type checker sees wrong names by itself

    def __getattr__(name):
        from ._foreign import FUNCTIONS, meant

        raise AttributeError(f"hypertide has no {name}{meant(name, __all__, FUNCTIONS)}")
