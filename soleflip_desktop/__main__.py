"""Entry point."""


def main() -> None: ...
