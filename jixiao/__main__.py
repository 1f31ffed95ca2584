"""``python -m jixiao`` is the console script."""

from jixiao.cli import main

main()
