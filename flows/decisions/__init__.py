"""What people decide on the board: checked, journalled, and taken in by the next pass."""
