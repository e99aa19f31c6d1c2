-- The secret that a webhook had before the present one, which signs beside it for a while.
ALTER TABLE webhooks ADD COLUMN previous_secret @text@ NOT NULL DEFAULT '';
ALTER TABLE webhooks ADD COLUMN previous_secret_until BIGINT NOT NULL DEFAULT 0;
