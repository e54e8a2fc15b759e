"""Options that several commands have."""

import argparse

from generator.commands.options import add_number, add_rng_seed


def test_a_number_is_of_its_defaults_type_and_says_it() -> None:
    parser = argparse.ArgumentParser()
    add_number(parser, "--share", default=0.25, metavar="X", help_="of the pool")
    add_number(parser, "--count", default=2_000_000, metavar="N", help_="")

    given = parser.parse_args(["--share", "1", "--count", "3"])

    assert (given.share, type(given.share)) == (1.0, float)
    assert (given.count, type(given.count)) == (3, int)
    assert "of the pool (default: 0.25)" in parser.format_help()
    assert "(default: 2000000)" in parser.format_help()


def test_the_rng_seed_is_zero_where_none_is_given() -> None:
    parser = argparse.ArgumentParser()
    add_rng_seed(parser)

    assert parser.parse_args([]).rng_seed == 0
