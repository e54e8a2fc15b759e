"""`python -m study_server` is `study-server`."""

import sys

from study_server.cli import main

if __name__ == "__main__":
    sys.exit(main())
