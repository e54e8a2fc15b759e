"""Looking at the operations of a pass costs nothing that a run does not need."""

from generator.search.readers import Readers


def test_looking_at_operations_does_not_import_the_compiler() -> None:
    """torch wraps the method of a mode in one that imports `torch._dynamo`, which takes
    seconds in every process, unless the mode says no; what is wrapped says so."""
    assert not hasattr(Readers.__torch_dispatch__, "__wrapped__")
