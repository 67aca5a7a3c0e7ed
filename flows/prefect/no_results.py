"""Where Prefect would keep results of flows, if there were any."""

import tempfile
from pathlib import Path
from typing import Any, Final

RESULTS: Final[Any] = Path(tempfile.gettempdir())
"""Named although nothing is stored: it saves each flow run a blocking question to the server for
its default place."""
