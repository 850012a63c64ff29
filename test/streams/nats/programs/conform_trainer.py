"""Our trainer in Python, which breaks a rule if it is told to: conform_trainer.py FOLDER URL STUDY NAME [FAULT]"""

import json
import sys
import threading
import time

sys.path.insert(0, sys.argv[1])
from hypertide import _nats_trainer as h, nats  # noqa: E402

url, study, name, fault = [*sys.argv[2:], ""][:4]


class Sloppy(h.Trainer):
    def _beat(self):
        if fault != "silent":
            super()._beat()

    def _obey(self, data):
        if fault != "deaf" or b"closed" in data:
            super()._obey(data)

    def _regret(self, data):
        if fault != "stubborn":
            super()._regret(data)


class SloppyStudy(h.StudyOnServer):
    def state_of(self, suggestion, reply):
        return "free" if fault == "grabs" else super().state_of(suggestion, reply)

    def store(self, trial, fact, message_id):
        if fault == "nameless":
            message_id = ""
        if fault == "forgetful":  # sends once, without checking that it was stored
            subject = f"{self.root}.log.by.{self.name}.{trial}"
            return self.nats.publish(subject, json.dumps(fact), "", {"Nats-Msg-Id": message_id})
        return super().store(trial, fact, message_id)

    def pull(self, until):
        pulled = super().pull(until)
        if fault == "greedy" and pulled:
            super().pull(until)
        return pulled


def objective(trial):
    for step in range(1, trial["steps"] + 1):
        time.sleep(trial["pause"])
        if fault == "repeats":
            trial.report(trial["x"] + step, step=step)
        trial.report(trial["x"] + step, step=step)
    if trial["outcome"] == "error":
        raise ValueError("as told")
    return float("nan") if trial["outcome"] == "nan" else trial["x"]


nats.Trainer = Sloppy
h.StudyOnServer = SloppyStudy
if fault == "unending":
    threading.Thread(target=time.sleep, args=(3600,)).start()
nats.run(url, study, objective, name)
