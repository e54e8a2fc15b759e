"""The columns of the export, one table per file. No Flask, no database."""
