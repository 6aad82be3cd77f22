"""``python -m cupola.cli``: the same as the command ``cupola``."""

import sys

from cupola.cli import main

sys.exit(main())
