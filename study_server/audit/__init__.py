"""Whether a study is sound before anyone takes it. Pure: no Flask, no database."""
