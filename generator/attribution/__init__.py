"""Attribution maps: where in a picture a feature's response comes from.

An accentuation shows what a feature responds to; the maps here answer only where.
They are the standard ones of the literature, of the same feature, on the seed image
and on its accentuation.
"""
