"""The revisions. A file is never changed once a server may have run it."""
