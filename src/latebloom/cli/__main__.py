"""`python -m latebloom.cli`."""

import sys

from latebloom.cli.main import main

sys.exit(main())
