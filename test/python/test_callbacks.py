"""Callbacks of libraries that Debian does not have. `wheel.deep.test.ts` runs this with the installed package.

Where a library is missing, a stand-in takes its place that calls a callback as the quoted lines of its source do. Where it is installed, the
same study trains with it.
"""

import importlib
import math
import sys
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace

import pytest

import hypertide as ht

EPOCHS = 9


def losses(trial):
    """The loss after each epoch. Small learning rates are slow."""
    return [math.exp(-trial["lr"] * epoch) for epoch in range(1, EPOCHS + 1)]


@pytest.fixture
def stand_in(monkeypatch):
    """Puts a module with this content in the place of a library during the test. Returns the callback for it, with its base class."""

    def put(library, name=None, **content):
        parts = (name or library).split(".")
        for end in range(1, len(parts) + 1):
            module = ModuleType(".".join(parts[:end]))
            monkeypatch.setitem(sys.modules, module.__name__, module)
        module.__dict__.update(content)
        monkeypatch.delitem(sys.modules, f"hypertide.integrations.{library}", raising=False)
        return importlib.import_module(f"hypertide.integrations.{library}")

    yield put
    for library in ("keras", "lightning", "transformers"):
        sys.modules.pop(f"hypertide.integrations.{library}", None)


def study_of(objective):
    study = ht.Study({"lr": ht.log(1e-4, 1)}, minimize="loss", epochs=EPOCHS, seed=1)
    study.optimize(objective, trials=12, progress=False)
    statuses = {row["status"] for row in study.trials}
    assert statuses == {"completed", "stopped"}, [row.get("message") for row in study.trials]
    return study


def reports(train):
    """What a callback reports while `train` calls it."""
    reports = []
    train(SimpleNamespace(report=lambda value, step=None: reports.append((value, step))))
    return reports


# Keras 3.16.0, commit 3422977a
#   keras/src/callbacks/callback.py:124        def on_epoch_end(self, epoch, logs=None):
#   keras/src/callbacks/callback_list.py:169   logs = python_utils.pythonify_logs(logs)
#   keras/src/backend/torch/trainer.py:411     epoch_logs.update(val_logs)
#   keras/src/backend/torch/trainer.py:413     callbacks.on_epoch_end(epoch, epoch_logs)     (epoch from 0)
@pytest.mark.skipif(find_spec("keras") is not None, reason="the library is installed")
def test_reports_the_metric_of_each_epoch(stand_in):
    keras = stand_in("keras", "keras.callbacks", Callback=type("Callback", (), {}))

    def train(trial):
        callback = keras.ReportCallback(trial, "val_loss")
        for epoch in range(2):
            callback.on_epoch_end(epoch, {"loss": 9.0, "val_loss": 0.5 - epoch / 10})

    assert reports(train) == [(0.5, 1), (0.4, 2)]

    def objective(trial):
        callback = keras.ReportCallback(trial, "val_loss")
        for epoch, loss in enumerate(losses(trial)):
            callback.on_epoch_end(epoch, {"val_loss": loss})
        return loss

    study_of(objective)


# Lightning 2.6.2, commit 7f0c3436
#   src/lightning/pytorch/callbacks/callback.py:214      def on_validation_end(self, trainer: "pl.Trainer", pl_module: "pl.LightningModule")
#   src/lightning/pytorch/loops/evaluation_loop.py:300   epoch_end_logged_outputs = self.trainer._logger_connector.update_eval_epoch_metrics()
#   src/lightning/pytorch/loops/evaluation_loop.py:310   self._on_evaluation_end()     (after the metrics, also of the sanity check)
@pytest.mark.skipif(find_spec("lightning") is not None, reason="the library is installed")
def test_reports_the_logged_metric_after_each_validation(stand_in):
    lightning = stand_in("lightning", "lightning.pytorch.callbacks", Callback=type("Callback", (), {}))

    def train(trial, values=(0.5, 0.4)):
        callback = lightning.ReportCallback(trial, "val_loss")
        callback.on_validation_end(SimpleNamespace(sanity_checking=True, callback_metrics={}, current_epoch=0), None)
        for epoch, loss in enumerate(values):
            callback.on_validation_end(SimpleNamespace(sanity_checking=False, callback_metrics={"val_loss": loss}, current_epoch=epoch), None)
        return loss

    assert reports(train) == [(0.5, 1), (0.4, 2)]
    study_of(lambda trial: train(trial, losses(trial)))


# Transformers 4, commit 55093b75, src/transformers/trainer_callback.py
#   CallbackHandler.on_evaluate:  return self.call_event("on_evaluate", args, state, control, metrics=metrics)
#   CallbackHandler.call_event:   getattr(callback, event)(args, state, control, model=self.model, processing_class=..., optimizer=...,
#                                 lr_scheduler=..., train_dataloader=..., eval_dataloader=..., **kwargs)
@pytest.mark.skipif(find_spec("transformers") is not None, reason="the library is installed")
def test_reports_the_metric_of_each_evaluation(stand_in):
    transformers = stand_in("transformers", TrainerCallback=type("TrainerCallback", (), {}))

    def train(trial, values=(0.5, 0.4)):
        callback = transformers.ReportCallback(trial, "eval_loss")
        others = {name: None for name in ("model", "processing_class", "optimizer", "lr_scheduler", "train_dataloader", "eval_dataloader")}
        for epoch, loss in enumerate(values, 1):
            metrics = {"eval_loss": loss, "epoch": float(epoch)}
            result = callback.on_evaluate(None, SimpleNamespace(epoch=float(epoch)), None, **others, metrics=metrics)
            assert result is None  # the handler then keeps its own control
        return loss

    assert reports(train) == [(0.5, None), (0.4, None)]
    study_of(lambda trial: train(trial, losses(trial)))


# LightGBM 4.6.0.99, commit bae0b7ba, python-package/lightgbm
#   callback.py:65    class CallbackEnv:  model, params, iteration, begin_iteration, end_iteration, evaluation_result_list
#   basic.py:5205     ret.append((data_name, self.__name_inner_eval[i], result[i], self.__higher_better_inner_eval[i]))
#   engine.py:293     callbacks_after_iter = sorted(callbacks_after_iter_set, key=attrgetter("order"))
#   engine.py:331     for cb in callbacks_after_iter: cb(callback.CallbackEnv(..., iteration=i, ...))
#   engine.py:346     evaluation_result_list = [item[:4] for item in ...]     (cv has a fifth element)
@pytest.mark.skipif(find_spec("lightgbm") is not None, reason="the library is installed")
def test_reports_the_named_metric_of_the_named_data():
    report = importlib.import_module("hypertide.integrations.lightgbm").report

    def train(trial, values=(0.5, 0.4)):
        callback = report(trial, "test", "l2")
        assert isinstance(callback.order, int)
        assert not getattr(callback, "before_iteration", False)
        for i, loss in enumerate(values):
            results = [("train", "l2", 9.0, False), ("test", "auc", 0.9, True), ("test", "l2", loss, False, 0.01)]
            callback(SimpleNamespace(model=None, params={}, iteration=i, begin_iteration=0, end_iteration=9, evaluation_result_list=results))
        return loss

    assert reports(train) == [(0.5, 1), (0.4, 2)]
    study_of(lambda trial: train(trial, losses(trial)))


@pytest.mark.skipif(not (find_spec("torch")), reason="needs PyTorch")
def test_its_losses_are_numbers():
    import torch

    x = torch.linspace(-1, 1, 32).reshape(-1, 1)

    def objective(trial):
        torch.manual_seed(1)
        net = torch.nn.Linear(1, 1)
        optimizer = torch.optim.SGD(net.parameters(), trial["lr"])
        for epoch in range(1, EPOCHS + 1):
            loss = torch.nn.functional.mse_loss(net(x), 3 * x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            trial.report(loss, epoch)  # a tensor with a gradient
        return loss

    study_of(objective)


@pytest.mark.skipif(not (find_spec("torch") and find_spec("lightning")), reason="needs Lightning")
def test_stops_a_trainer():
    import lightning
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    from hypertide.integrations.lightning import ReportCallback

    x = torch.randn(64, 3, generator=torch.Generator().manual_seed(1))
    data = DataLoader(TensorDataset(x, x.sum(1, keepdim=True)), batch_size=16)

    class Net(lightning.LightningModule):
        def __init__(self, lr):
            super().__init__()
            self.layer = torch.nn.Linear(3, 1)
            self.lr = lr

        def training_step(self, batch, _):
            return torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])

        def validation_step(self, batch, _):
            self.log("val_loss", torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1]))

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), self.lr)

    def objective(trial):
        torch.manual_seed(1)
        quiet = {name: False for name in ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary")}
        trainer = lightning.Trainer(max_epochs=EPOCHS, accelerator="cpu", callbacks=[ReportCallback(trial, "val_loss")], **quiet)
        trainer.fit(Net(trial["lr"]), data, data)
        return float(trainer.callback_metrics["val_loss"])

    study_of(objective)


@pytest.mark.skipif(not (find_spec("keras")), reason="needs Keras")
def test_stops_a_fit():
    import keras
    import numpy as np

    from hypertide.integrations.keras import ReportCallback

    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")

    def objective(trial):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile(optimizer=keras.optimizers.SGD(trial["lr"]), loss="mse")
        callbacks = [ReportCallback(trial, "val_loss")]
        history = model.fit(x, x.sum(1, keepdims=True), validation_split=0.25, epochs=EPOCHS, verbose=0, callbacks=callbacks)
        return history.history["val_loss"][-1]

    study_of(objective)
