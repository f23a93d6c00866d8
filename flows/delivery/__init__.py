"""Delivery: what is news becomes messages in the outbox, and messages reach people, at least once."""
