-- One-time passwords, uploads of do-not-call lists, and what lists of them and of the audit log are read by.

ALTER TABLE users ADD COLUMN one_time_password BIGINT NOT NULL DEFAULT 0;

-- state: as that of an import of leads. A file that a restart interrupted is uploaded anew: numbers
-- that are listed already count as duplicates.
CREATE TABLE dnc_imports (
  id @identity@,
  campaign_id BIGINT NOT NULL,
  created_by BIGINT NOT NULL,
  state @text@ NOT NULL,
  name @text@ NOT NULL,
  bytes_total BIGINT NOT NULL,
  bytes_done BIGINT NOT NULL,
  rows_read BIGINT NOT NULL,
  accepted BIGINT NOT NULL,
  rejected BIGINT NOT NULL,
  duplicates BIGINT NOT NULL,
  error @text@ NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE dnc_rejected_rows (
  import_id BIGINT NOT NULL REFERENCES dnc_imports (id),
  row_number BIGINT NOT NULL,
  reason @text@ NOT NULL,
  content @text@ NOT NULL,
  PRIMARY KEY (import_id, row_number)
);

CREATE INDEX dnc_campaign ON dnc (campaign_id, phone);

CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_user ON audit (user_id, id);
