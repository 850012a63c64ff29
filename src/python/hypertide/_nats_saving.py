"""Saves checkpoints of trials that run, so that they continue after the loss of a machine."""

import os
import sys
import time

from . import _nats_checkpoints as checkpoints


class Saving:
    """Saves the checkpoint of a trial when it reports, at most every so many seconds."""

    def __init__(self, study, every):
        self._study = study
        self._every = every
        self._saved_at = time.monotonic()
        self._saved = None

    def reported(self, trial):
        """The reference for the report; None if nothing is to be saved now."""
        path = trial.extras().get("checkpoint")
        if path is None or time.monotonic() - self._saved_at < self._every or not os.path.exists(path):
            return None
        try:
            reference = checkpoints.save(self._study, trial, path)
        except (checkpoints.CheckpointError, OSError) as error:
            print(f"trial {trial.number}: its checkpoint is not saved now: {error}", file=sys.stderr)
            reference = None
        self._saved_at = time.monotonic()
        if reference == self._saved:
            return None  # the log names it already
        self._saved = reference or self._saved
        return reference
