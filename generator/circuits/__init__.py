"""Circuit coherence: do pictures drive a feature along the paths photographs use?

For a feature u, the attribution of an earlier layer is its activation times the
gradient of u's activation; summed over positions it says which channels carried the
response. Two pictures use one path as far as these sums correlate. What is measured
is scaled by what photographs of the feature share with each other (1) and with
photographs of other features (0), and believed only after checks on the measure.
"""
