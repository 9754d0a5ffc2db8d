"""``python -m wayside``: the same as the ``wayside`` command."""

from wayside.cli.main import main

if __name__ == "__main__":
    main()
