-- Say what became of the lines for which it does not depend on what is known.
INSERT INTO outcome BY NAME FROM staged_outcome
