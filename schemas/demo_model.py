"""What the built-in demo model is called, by itself and in what is counted of its answers."""

from typing import Final

DEMO_MODEL: Final = "nodeloom-demo-smollm2-135m"
