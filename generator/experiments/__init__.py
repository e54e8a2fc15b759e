"""The paper's experiments, on the user's network and photographs.

One experiment per file, listed in `registry`. Each plans its pictures (everything is
checked there), and a `Studio` makes, measures and writes them: pictures, a contact
sheet, a table and a record.
"""
