"""The model's label sets, in the order of its outputs, and the words that stand in for names."""

from __future__ import annotations

SENTIMENTS = ("negative", "neutral", "positive")
TOPICS = (
    "terms",
    "maintenance_fee",
    "price",
    "marketing",
    "billing",
    "outage",
    "speed",
    "installation",
    "support",
    "switching",
    "complaints",
    "other",
)
STANCES = ("support", "deny", "query", "comment")
COMPANY_MASK = "Företaget"
OPERATOR_MASK = "Operatören"
MAX_LENGTH = 256
EMBEDDING_SIZE = 384
