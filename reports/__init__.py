"""Reports: digest, charts, board, delivery. Reads typed rows; imports only warehouse.records."""
