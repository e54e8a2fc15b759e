"""From a plan to a stimulus bundle: what is chosen, made, matched and checked.

`generator/bundle.py` writes and reads the finished folder.
"""
