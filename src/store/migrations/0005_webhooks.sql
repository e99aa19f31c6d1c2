-- Webhooks, and the outbox of what they are told.

-- events: JSON list of the names of events. last_sequence: of the last event that was put into the
-- outbox. dropped: events that were dropped because too many waited. failures: attempts in a row
-- that failed, none sent before retry_at. deleted_at: it is gone for people; maintenance removes it.
CREATE TABLE webhooks (
  id @identity@,
  name @text@ NOT NULL,
  url @text@ NOT NULL,
  secret @text@ NOT NULL,
  events @text@ NOT NULL,
  active BIGINT NOT NULL,
  created_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_sequence BIGINT NOT NULL DEFAULT 0,
  dropped BIGINT NOT NULL DEFAULT 0,
  failures BIGINT NOT NULL DEFAULT 0,
  failing_since BIGINT NOT NULL DEFAULT 0,
  retry_at BIGINT NOT NULL DEFAULT 0,
  last_error @text@ NOT NULL DEFAULT '',
  last_success_at BIGINT NOT NULL DEFAULT 0,
  deleted_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX webhooks_name ON webhooks (name) WHERE deleted_at = 0;

-- One row for each event and webhook, written with what it tells of. data: JSON as it was then.
-- queued_at: the event's time, or that of a retry by a person. claimed_by: the node that is sending
-- it, as long as claimed_until has not passed.
CREATE TABLE webhook_deliveries (
  id @identity@,
  webhook_id BIGINT NOT NULL REFERENCES webhooks (id),
  sequence BIGINT NOT NULL,
  event @text@ NOT NULL,
  at BIGINT NOT NULL,
  data @text@ NOT NULL,
  state @text@ NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  http_status BIGINT NOT NULL DEFAULT 0,
  error @text@ NOT NULL DEFAULT '',
  queued_at BIGINT NOT NULL,
  tried_at BIGINT NOT NULL DEFAULT 0,
  ended_at BIGINT NOT NULL DEFAULT 0,
  claimed_by @text@ NOT NULL DEFAULT '',
  claimed_until BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX webhook_deliveries_sequence ON webhook_deliveries (webhook_id, sequence);
CREATE INDEX webhook_deliveries_listed ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, sequence)
  WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_at) WHERE ended_at > 0;
