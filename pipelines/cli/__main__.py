"""`python -m pipelines.cli`: what the launcher starts; logging is behind its filter before any verb begins.

Commands do not belong here (see the modules beside it).
"""

import sys

from pipelines.cli import main
from pipelines.core.redaction import set_up_logging


def run() -> int:
    """The command as a process of its own."""
    set_up_logging()
    return main()


if __name__ == "__main__":
    sys.exit(run())
