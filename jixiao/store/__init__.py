"""The database of a bureau's year."""

from jixiao.store.db import open_engine
from jixiao.store.store import Store, open_store

__all__ = ["Store", "open_engine", "open_store"]
