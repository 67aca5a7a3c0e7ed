"""The command line: `nodeloom …`. Thin: every command is a few calls into the layers below."""
