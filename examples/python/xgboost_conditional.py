"""XGBoost with a conditional space: `dart` has parameters that `gbtree` does not have, and `lossguide` one that `depthwise` does not have.

    python3 xgboost_conditional.py

Needs XGBoost and scikit-learn (Debian: python3-xgboost, python3-sklearn).
"""

import hypertide as ht
import xgboost
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

inputs, labels = load_breast_cancer(return_X_y=True)
x, x_validation, y, y_validation = train_test_split(inputs, labels, stratify=labels, random_state=0)
train = xgboost.DMatrix(x, y, nthread=1)
validation = xgboost.DMatrix(x_validation, y_validation, nthread=1)

space = {
    "eta": ht.log(0.02, 0.5),
    "max_depth": ht.int(1, 8),
    "subsample": ht.float(0.3, 1),
    "grow_policy": ["depthwise", "lossguide"],
    "max_leaves": ht.int(4, 64, log=True, when={"grow_policy": "lossguide"}),
    "booster": ["gbtree", "dart"],
    "rate_drop": ht.float(0, 0.5, when={"booster": "dart"}),
    "skip_drop": ht.float(0, 0.5, when={"booster": "dart"}),
}


def objective(trial):
    # trial.params has the parameters that exist in this trial, under the names that XGBoost gives them
    params = {**trial.params, "objective": "binary:logistic", "eval_metric": "logloss", "tree_method": "hist", "nthread": 1, "seed": 0}
    booster = xgboost.train(params, train, 300, evals=[(validation, "validation")], early_stopping_rounds=20, verbose_eval=False)
    return booster.best_score


study = ht.Study(space, minimize="logloss")
study.optimize(objective, trials=40, parallel=2)

print(study.best["params"], study.best["values"])
for booster in ["gbtree", "dart"]:
    losses = [row["values"]["logloss"] for row in study.trials if row["params"]["booster"] == booster]
    print(booster, f"best {min(losses):.4f} of {len(losses)} trials" if losses else "was not tried")
