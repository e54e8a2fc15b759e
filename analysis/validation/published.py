"""What the authors printed, and how far rounding may be from it."""

BOROWSKI_2021 = {
    "I/natural/accuracy": (0.92, 0.006),
    "I/natural/accuracy_2_sem_ddof_1": (0.02, 0.006),
    "I/feature_visualization/accuracy": (0.82, 0.006),
    "I/feature_visualization/accuracy_2_sem_ddof_1": (0.04, 0.006),
    "II/natural/Max-1/accuracy": (0.73, 0.006),
    "II/natural/Max-1/accuracy_2_sem_ddof_1": (0.04, 0.006),
    "II/feature_visualization/Max-1/accuracy": (0.65, 0.006),
    "II/feature_visualization/Max-1/accuracy_2_sem_ddof_1": (0.05, 0.006),
}
"""Accuracies ± 2 standard errors over participants, printed in whole per cent; a
hundredth of that more is allowed, since their rounding is not known.

Source: Borowski et al. (2021), ICLR, figures 4 and 6.
"""
