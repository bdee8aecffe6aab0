"""`python -m pipelines.cli`: what the launcher starts.

Commands do not belong here (see the modules beside it).
"""

import sys

from pipelines.cli import main

sys.exit(main())
