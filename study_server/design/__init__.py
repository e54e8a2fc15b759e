"""Pure study design: no Flask, no database, no clock."""
