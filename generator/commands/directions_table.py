"""What a direction file holds, as text to print."""

from generator.directions.direction import DirectionFile


def as_table(file: DirectionFile) -> str:
    """The facts of a file, then one line for each direction."""
    first = file.directions[0]
    shape = " x ".join(map(str, first.vector.shape))
    facts = [
        f"{file.method} of {file.layer} ({shape}) in {file.network}, weights "
        f"{file.weights_sha256[:12]}…",
        *(
            f"{images.role}: {images.n_images} photographs, {images.sha256[:12]}…"
            for images in file.images
        ),
        *(f"{name}: {value:.4g}" for name, value in sorted(file.quality.items())),
    ]
    names = list(first.quality)
    widest = max(len("direction"), *(len(d.name) for d in file.directions))
    head = [f"{'direction':{widest}}", *(f"{name:>8}" for name in names), "passes"]
    lines = ["  ".join(head)]
    for direction in file.directions:
        numbers = [
            f"{direction.quality[name]:{max(8, len(name))}.3g}" for name in names
        ]
        verdict = "yes" if direction.passes else "no"
        lines.append("  ".join([f"{direction.name:{widest}}", *numbers, verdict]))
    return "\n".join([*facts, "", *lines])
