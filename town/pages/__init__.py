"""What each kind of place shows: pure functions, a view of the world in, one response out."""
