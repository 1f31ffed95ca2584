"""A year's policy pack: its models and how it is loaded."""

from jixiao.policy.model import (
    Bureau,
    Calendar,
    Channel,
    Channels,
    Department,
    PackInfo,
    Project,
    Roster,
    RuleSetting,
    RulesPolicy,
    Site,
    Source,
    Stage,
    Window,
)
from jixiao.policy.pack import Pack, load_pack
from jixiao.policy.scoring import ScoringPolicy

__all__ = [
    "Bureau",
    "Calendar",
    "Channel",
    "Channels",
    "Department",
    "Pack",
    "PackInfo",
    "Project",
    "Roster",
    "RuleSetting",
    "RulesPolicy",
    "ScoringPolicy",
    "Site",
    "Source",
    "Stage",
    "Window",
    "load_pack",
]
