-- What agents call an attempt in their own words: a JSON list.
ALTER TABLE attempts ADD COLUMN tags @text@ NOT NULL DEFAULT '[]';
