"""`python -m latebloom`."""

import sys

from latebloom.cli.main import main

sys.exit(main())
