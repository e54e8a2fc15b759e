"""One module per command: `add_parser(commands)` and a thin `run(options) -> int`."""
