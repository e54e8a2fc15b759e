"""`python -m analysis` is `study-analysis`."""

import sys

from analysis.cli import main

sys.exit(main())
