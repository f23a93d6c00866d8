-- Segments.
SELECT segment, name, customer_count FROM segment ORDER BY segment
