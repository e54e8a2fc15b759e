"""A bundle of names without images, for plans: pure code needs no pixels."""

from pathlib import Path

from study_server.bundle import Bundle, Feature, Occlusion, QueryPair
from study_server.bundle_kinds import CONTROL_KINDS


def nominal_bundle(n_features: int, n_pairs: int, n_tiles: int = 4) -> Bundle:
    """Features f0, f1, …, in two layers, with pairs of changing strata.

    Each has `n_pairs` occlusions too and every kind of control.
    """
    return Bundle(
        folder=Path("nowhere"),
        bundle_id="nominal-000000000000",
        manifest_sha256="0" * 64,
        features=tuple(
            _feature(f"f{i}", i, n_tiles, n_pairs) for i in range(n_features)
        ),
        query_pairs=tuple(
            QueryPair(
                query_pair_id=f"f{i}-pair-{number}",
                feature_id=f"f{i}",
                stratum=("near", "far", "far", "within_class")[number % 4],
                high_stimulus_id=f"f{i}-high-{number}",
                low_stimulus_id=f"f{i}-low-{number}",
                activation_gap=50.0,
            )
            for i in range(n_features)
            for number in range(n_pairs)
        ),
        stimuli={},
    )


def _feature(name: str, index: int, n_tiles: int, n_pairs: int) -> Feature:
    def images(kind: str, count: int) -> tuple[str, ...]:
        return tuple(f"{name}-{kind}-{i}" for i in range(count))

    return Feature(
        feature_id=name,
        label=None,
        layer=f"layer-{index % 2}",
        unit_index=index,
        natural=images("natural", n_tiles),
        seed_images=images("seed", n_tiles // 2),
        accentuations=images("accentuation", n_tiles // 2),
        feature_visualizations=images("visualization", n_tiles),
        attributions=images("attribution", n_tiles // 2),
        controls={kind: images(kind, n_tiles // 2) for kind in CONTROL_KINDS},
        minimal=images("minimal", n_tiles),
        minimal_feature_visualizations=images("minimal-visualization", n_tiles),
        natural_blurred=images("blurred", n_tiles),
        suppressions=images("suppression", n_tiles // 2),
        occlusions=tuple(
            Occlusion(
                occlusion_id=f"{name}-occlusion-{i}",
                stimulus_id=f"{name}-uncovered-{i}",
                most_stimulus_id=f"{name}-most-{i}",
                least_stimulus_id=f"{name}-least-{i}",
                activation_gap=30.0 + i,
            )
            for i in range(n_pairs)
        ),
    )
