"""Callbacks that report to a trial from the training loops of other libraries. Each module imports its library when you import it."""
