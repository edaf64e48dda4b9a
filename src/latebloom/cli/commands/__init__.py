"""One module per command, each with ``run(parser, arguments) -> exit status``."""
