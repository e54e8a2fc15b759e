"""The kinds of images, lists and strata that a bundle can have."""

CONTROL_KINDS = frozenset(
    {
        "accentuation_random_feature",
        "accentuation_random_direction",
        "accentuation_unrelated_class",
        "accentuation_adversarial",
        "accentuation_random_weights",
        "accentuation_random_weights_cascade",
    }
)
KINDS = CONTROL_KINDS | {
    "natural",
    "seed_image",
    "accentuation",
    "feature_visualization",
    "attribution",
    "opacity_map",
    "masked_accentuation",
    "minimal_feature_visualization",
    "natural_blurred",
    "occlusion",
    "suppression",
}
STRATA = ("near", "far", "within_class")
LISTED_KINDS = {
    "natural": "natural",
    "seed_images": "seed_image",
    "accentuations": "accentuation",
    "feature_visualizations": "feature_visualization",
    "attributions": "attribution",
}
OPTIONAL_KINDS = {
    "minimal": "natural",
    "minimal_feature_visualizations": "minimal_feature_visualization",
    "natural_blurred": "natural_blurred",
    "suppressions": "suppression",
}
"""Lists that a bundle may leave out."""

PER_SEED_IMAGE = ("accentuations", "attributions", "suppressions")
"""Lists whose i-th image is made from the i-th seed image."""
