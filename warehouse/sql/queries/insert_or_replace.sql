-- Insert, or take the place of what is there; a row that stands as it is is not written. TARGET is one of our own
-- tables, whose columns the rows have, in their order.
INSERT OR REPLACE INTO TARGET (FROM incoming EXCEPT FROM TARGET)
