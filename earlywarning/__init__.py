"""The rumour, the post and the race between them: pure numerics. Imports nothing of ours."""
