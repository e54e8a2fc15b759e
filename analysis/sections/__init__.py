"""Sections of the results: each module turns an `Analysed` study into plain values."""
