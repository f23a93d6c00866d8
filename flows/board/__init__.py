"""The board's web application: pages over the published snapshot, decisions into the journal, and who may see it."""
