"""Prefect flows: one a stage, and the cycle that advances the year.

A worker runs where it is started, and Python looks there first: a ``tasks.py`` of somebody else's in
that folder would stand in for ours. So what lies beside this package comes first.
"""

import sys
from pathlib import Path

_HOME = str(Path(__file__).resolve().parents[1])
if sys.path[:1] != [_HOME]:
    sys.path.insert(0, _HOME)
