"""The records that the rooms exchange. Pure data: no DuckDB, no network, no clock."""

from warehouse.records.digest import (
    CandidateClaim,
    ClaimUptake,
    Counterfactual,
    DailyVolume,
    Delay,
    Digest,
    ModelFigure,
    Race,
    RacePoint,
    SourceHealth,
    TellingPost,
    TopicVolume,
)
from warehouse.records.ledger import Alert, Claim, Complaint, Mailing, Segment
from warehouse.records.post import Deletion, Incident, Post, Quote, Record, SetAside, Visit
from warehouse.records.wire import WireError, as_dict, from_line, to_line

__all__ = [
    "Alert",
    "CandidateClaim",
    "Claim",
    "ClaimUptake",
    "Complaint",
    "Counterfactual",
    "DailyVolume",
    "Delay",
    "Deletion",
    "Digest",
    "Incident",
    "Mailing",
    "ModelFigure",
    "Post",
    "Quote",
    "Race",
    "RacePoint",
    "Record",
    "Segment",
    "SetAside",
    "SourceHealth",
    "TellingPost",
    "TopicVolume",
    "Visit",
    "WireError",
    "as_dict",
    "from_line",
    "to_line",
]
