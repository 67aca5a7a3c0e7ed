"""`python -m nodeloom_client` is the command `nodeloom-client`."""

from nodeloom_client.command import main

main()
