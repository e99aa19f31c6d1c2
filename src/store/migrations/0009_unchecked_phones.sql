-- Leads that came in when numbers of more kinds were taken: phone_check.h looks at each of them once.
-- No row: all are checked.
CREATE TABLE unchecked_phones (
  after_id BIGINT NOT NULL,
  up_to_id BIGINT NOT NULL
);
INSERT INTO unchecked_phones (after_id, up_to_id) SELECT 0, coalesce(max(id), 0) FROM leads;
