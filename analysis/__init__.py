"""Accuracies, intervals, contrasts and a report from a study export."""
