"""`nodeloom-client generate FILE`: writes typed functions for what is published."""

import argparse
import sys
from pathlib import Path

from nodeloom_client.client import Client
from nodeloom_client.errors import NodeloomError
from nodeloom_client.stubs import generate_stubs


def main() -> None:
    """Run the command; ends with 1 and a sentence where it cannot."""
    parser = argparse.ArgumentParser(prog="nodeloom-client")
    commands = parser.add_subparsers(required=True)
    generate = commands.add_parser(
        "generate", help="write a Python module with one typed function per published function"
    )
    generate.add_argument("file", type=Path, help="the module to write, such as functions.py")
    generate.add_argument(
        "--api", help="address of the API; default: NODELOOM_API_URL, or this machine"
    )
    generate.add_argument(
        "--key", help="API key; better: NODELOOM_API_KEY, which others cannot see"
    )
    options = parser.parse_args()
    try:
        with Client(options.api, options.key, retry_seconds=5) as client:
            document = client.openapi()
        options.file.write_text(generate_stubs(document), encoding="utf-8")
    except (NodeloomError, OSError) as error:
        sys.exit(str(error))
    count = len(document["paths"])
    print(f"{count} {'function is' if count == 1 else 'functions are'} in {options.file}.")
