-- The first schema.
--
-- One text for both databases. The words in @...@ are replaced when it is applied (migrations.cpp):
--   @identity@  a primary key that the database gives out, never twice
--   @key@       a primary key that we give
--   @text@      text that is compared and sorted by bytes, also in indexes
-- Rules: whole numbers are BIGINT, truth is 0 or 1, times are Unix milliseconds, 0 means "none",
-- a statement ends with a semicolon at the end of a line.

CREATE TABLE nodes (
  name @text@ PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  last_commit BIGINT NOT NULL DEFAULT 0,
  seen_at BIGINT NOT NULL DEFAULT 0
);

-- People ----------------------------------------------------------------------------------------

CREATE TABLE sip_profiles (
  id @identity@,
  name @text@ NOT NULL UNIQUE,
  protocol @text@ NOT NULL,
  codecs @text@ NOT NULL,
  channels BIGINT NOT NULL,
  cps DOUBLE PRECISION NOT NULL,
  dial_pattern @text@ NOT NULL,
  bandwidth_kbps BIGINT NOT NULL,
  sip_ping BIGINT NOT NULL
);

CREATE TABLE users (
  id @identity@,
  username @text@ NOT NULL,
  name @text@ NOT NULL,
  role @text@ NOT NULL,
  active BIGINT NOT NULL,
  line @text@ NOT NULL,
  sip_profile_id BIGINT NOT NULL DEFAULT 0,
  sip_username @text@ NOT NULL DEFAULT '',
  sip_ha1 @text@ NOT NULL DEFAULT '',
  password_hash @text@ NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL DEFAULT 0,
  deleted_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX users_username ON users (username) WHERE deleted_at = 0;
CREATE UNIQUE INDEX users_sip_username ON users (sip_username) WHERE sip_username <> '' AND deleted_at = 0;

CREATE TABLE web_sessions (
  token_hash @text@ PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id),
  csrf_token @text@ NOT NULL,
  address @text@ NOT NULL,
  user_agent @text@ NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL
);
CREATE INDEX web_sessions_user ON web_sessions (user_id);
CREATE INDEX web_sessions_expiry ON web_sessions (expires_at);

CREATE TABLE tokens (
  id @identity@,
  name @text@ NOT NULL UNIQUE,
  token_hash @text@ NOT NULL UNIQUE,
  role @text@ NOT NULL,
  created_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL DEFAULT 0,
  last_used_at BIGINT NOT NULL DEFAULT 0
);

-- Campaigns -------------------------------------------------------------------------------------

CREATE TABLE trunks (
  id @identity@,
  name @text@ NOT NULL UNIQUE,
  active BIGINT NOT NULL,
  host @text@ NOT NULL,
  port BIGINT NOT NULL,
  transport @text@ NOT NULL,
  username @text@ NOT NULL,
  password @text@ NOT NULL,
  from_domain @text@ NOT NULL,
  tech_prefix @text@ NOT NULL,
  cps DOUBLE PRECISION NOT NULL,
  channels BIGINT NOT NULL,
  options_ping BIGINT NOT NULL,
  ping_interval_s BIGINT NOT NULL,
  session_timers BIGINT NOT NULL,
  codecs @text@ NOT NULL
);

CREATE TABLE scripts (
  id @identity@,
  name @text@ NOT NULL UNIQUE,
  body @text@ NOT NULL
);

CREATE TABLE campaigns (
  id @identity@,
  name @text@ NOT NULL,
  type @text@ NOT NULL,
  active BIGINT NOT NULL,
  script_id BIGINT NOT NULL DEFAULT 0,
  notes @text@ NOT NULL,
  caller_id @text@ NOT NULL,
  source_statuses @text@ NOT NULL,
  outbound_multiplier DOUBLE PRECISION NOT NULL,
  tech_prefix @text@ NOT NULL,
  channels BIGINT NOT NULL,
  cps DOUBLE PRECISION NOT NULL,
  ring_timeout_ms BIGINT NOT NULL,
  answer_wait_ms BIGINT NOT NULL,
  wrap_up_limit_ms BIGINT NOT NULL,
  window_from_min BIGINT NOT NULL,
  window_to_min BIGINT NOT NULL,
  max_attempts BIGINT NOT NULL,
  retry_rules @text@ NOT NULL,
  recording BIGINT NOT NULL,
  transfer_allowed BIGINT NOT NULL,
  dispositions @text@ NOT NULL,
  deleted_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX campaigns_name ON campaigns (name) WHERE deleted_at = 0;

CREATE TABLE campaign_trunks (
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  position BIGINT NOT NULL,
  trunk_id BIGINT NOT NULL REFERENCES trunks (id),
  PRIMARY KEY (campaign_id, position)
);
CREATE INDEX campaign_trunks_trunk ON campaign_trunks (trunk_id);

CREATE TABLE campaign_agents (
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  user_id BIGINT NOT NULL REFERENCES users (id),
  PRIMARY KEY (campaign_id, user_id)
);
CREATE INDEX campaign_agents_user ON campaign_agents (user_id);

-- Leads -----------------------------------------------------------------------------------------

CREATE TABLE leadsets (
  id @identity@,
  name @text@ NOT NULL,
  description @text@ NOT NULL,
  campaign_id BIGINT NOT NULL DEFAULT 0,
  active BIGINT NOT NULL,
  deleted_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX leadsets_name ON leadsets (name) WHERE deleted_at = 0;
CREATE INDEX leadsets_campaign ON leadsets (campaign_id);

-- zones: JSON array of IANA names, sorted; [] is the set of the numbers whose zone is unknown.
CREATE TABLE zone_sets (
  id @identity@,
  zones @text@ NOT NULL UNIQUE
);

-- not_call_until: 0 once its time has passed and the lead is among those to be dialed again.
-- reserved_until: 0 unless a node has claimed the lead; reserved_by says which.
-- callback_due: 1 while not_call_until is the time of an agreed call-back; callback_agent_id: for one
-- agent, 0 for any.
CREATE TABLE leads (
  id @identity@,
  leadset_id BIGINT NOT NULL REFERENCES leadsets (id),
  import_id BIGINT NOT NULL DEFAULT 0,
  phone @text@ NOT NULL,
  phone_valid BIGINT NOT NULL DEFAULT 1,
  dnc BIGINT NOT NULL DEFAULT 0,
  status @text@ NOT NULL,
  title @text@ NOT NULL DEFAULT '',
  first_name @text@ NOT NULL DEFAULT '',
  middle_initial @text@ NOT NULL DEFAULT '',
  last_name @text@ NOT NULL DEFAULT '',
  gender @text@ NOT NULL DEFAULT '',
  date_of_birth @text@ NOT NULL DEFAULT '',
  business @text@ NOT NULL DEFAULT '',
  address1 @text@ NOT NULL DEFAULT '',
  address2 @text@ NOT NULL DEFAULT '',
  address3 @text@ NOT NULL DEFAULT '',
  city @text@ NOT NULL DEFAULT '',
  state @text@ NOT NULL DEFAULT '',
  province @text@ NOT NULL DEFAULT '',
  postal_code @text@ NOT NULL DEFAULT '',
  country_code @text@ NOT NULL DEFAULT '',
  phone_code @text@ NOT NULL DEFAULT '',
  alternative_phone @text@ NOT NULL DEFAULT '',
  email @text@ NOT NULL DEFAULT '',
  comments @text@ NOT NULL DEFAULT '',
  vendor_lead_code @text@ NOT NULL DEFAULT '',
  source_id @text@ NOT NULL DEFAULT '',
  owner @text@ NOT NULL DEFAULT '',
  security_phrase @text@ NOT NULL DEFAULT '',
  time_zone @text@ NOT NULL DEFAULT '',
  priority BIGINT NOT NULL DEFAULT 0,
  zone_set_id BIGINT NOT NULL REFERENCES zone_sets (id),
  not_call_until BIGINT NOT NULL DEFAULT 0,
  custom @text@ NOT NULL DEFAULT '{}',
  called_count BIGINT NOT NULL DEFAULT 0,
  last_called_at BIGINT NOT NULL DEFAULT 0,
  last_outcome @text@ NOT NULL DEFAULT '',
  last_disposition @text@ NOT NULL DEFAULT '',
  finished BIGINT NOT NULL DEFAULT 0,
  callback_due BIGINT NOT NULL DEFAULT 0,
  callback_agent_id BIGINT NOT NULL DEFAULT 0,
  reserved_by @text@ NOT NULL DEFAULT '',
  reserved_until BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  modified_at BIGINT NOT NULL
);
-- The lanes of leads that can be dialed right now, in the order in which they are dialed: a claim
-- reads the first few of each lane and never meets a finished lead.
CREATE INDEX leads_lane ON leads (leadset_id, zone_set_id, status, priority DESC, called_count, id)
  WHERE finished = 0 AND phone_valid = 1 AND dnc = 0 AND reserved_until = 0 AND not_call_until = 0;
-- Those that wait for their time.
CREATE INDEX leads_waiting ON leads (leadset_id, callback_due, not_call_until)
  WHERE finished = 0 AND phone_valid = 1 AND dnc = 0 AND reserved_until = 0 AND not_call_until > 0;
CREATE INDEX leads_reserved ON leads (reserved_by, reserved_until) WHERE reserved_until > 0;
CREATE INDEX leads_phone ON leads (phone);
CREATE INDEX leads_import ON leads (import_id, id) WHERE import_id > 0;
CREATE INDEX leads_finished ON leads (leadset_id, last_disposition) WHERE finished = 1;
CREATE INDEX leads_leadset ON leads (leadset_id, id);

-- campaign_id 0: the system-wide list.
CREATE TABLE dnc (
  phone @text@ NOT NULL,
  campaign_id BIGINT NOT NULL,
  reason @text@ NOT NULL,
  added_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (phone, campaign_id)
);

CREATE TABLE imports (
  id @identity@,
  leadset_id BIGINT NOT NULL,
  created_by BIGINT NOT NULL,
  state @text@ NOT NULL,
  file @text@ NOT NULL,
  options @text@ NOT NULL,
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
CREATE INDEX imports_leadset ON imports (leadset_id);

CREATE TABLE rejected_rows (
  import_id BIGINT NOT NULL REFERENCES imports (id),
  row_number BIGINT NOT NULL,
  reason @text@ NOT NULL,
  content @text@ NOT NULL,
  PRIMARY KEY (import_id, row_number)
);

-- Calls -----------------------------------------------------------------------------------------

CREATE TABLE attempts (
  id @key@,
  node @text@ NOT NULL,
  campaign_id BIGINT NOT NULL,
  lead_id BIGINT NOT NULL,
  leadset_id BIGINT NOT NULL,
  phone @text@ NOT NULL,
  caller_id @text@ NOT NULL,
  trunk_id BIGINT NOT NULL,
  agent_id BIGINT NOT NULL,
  agent_session_id BIGINT NOT NULL,
  outcome @text@ NOT NULL,
  sip_status BIGINT NOT NULL,
  sip_reason @text@ NOT NULL,
  sip_call_id @text@ NOT NULL,
  started_at BIGINT NOT NULL,
  ringing_at BIGINT NOT NULL,
  answered_at BIGINT NOT NULL,
  connected_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  ended_by @text@ NOT NULL,
  disposition @text@ NOT NULL,
  notes @text@ NOT NULL,
  callback_at BIGINT NOT NULL,
  recording @text@ NOT NULL,
  recording_ms BIGINT NOT NULL
);
-- A lead is in at most one call: the database itself refuses a second open attempt.
CREATE UNIQUE INDEX attempts_open ON attempts (lead_id) WHERE ended_at = 0;
CREATE INDEX attempts_open_node ON attempts (node) WHERE ended_at = 0;
CREATE INDEX attempts_started ON attempts (started_at);
CREATE INDEX attempts_campaign ON attempts (campaign_id, started_at);
CREATE INDEX attempts_agent ON attempts (agent_id, started_at) WHERE agent_id > 0;
CREATE INDEX attempts_lead ON attempts (lead_id);
CREATE INDEX attempts_phone ON attempts (phone, started_at);
CREATE INDEX attempts_recording ON attempts (started_at) WHERE recording <> '';

CREATE TABLE attempt_events (
  id @identity@,
  attempt_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  kind @text@ NOT NULL,
  detail @text@ NOT NULL
);
CREATE INDEX attempt_events_attempt ON attempt_events (attempt_id);

CREATE TABLE agent_sessions (
  id @key@,
  node @text@ NOT NULL,
  agent_id BIGINT NOT NULL,
  campaign_id BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL DEFAULT 0,
  end_reason @text@ NOT NULL DEFAULT ''
);
CREATE INDEX agent_sessions_agent ON agent_sessions (agent_id, started_at);
CREATE INDEX agent_sessions_open ON agent_sessions (node) WHERE ended_at = 0;

CREATE TABLE agent_states (
  id @identity@,
  session_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  state @text@ NOT NULL,
  reason @text@ NOT NULL
);
CREATE INDEX agent_states_session ON agent_states (session_id);

-- Settings and audit ----------------------------------------------------------------------------

CREATE TABLE settings (
  key @text@ PRIMARY KEY,
  value @text@ NOT NULL
);

CREATE TABLE audit (
  id @identity@,
  at BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  actor @text@ NOT NULL,
  address @text@ NOT NULL,
  kind @text@ NOT NULL,
  record_id BIGINT NOT NULL,
  action @text@ NOT NULL,
  changes @text@ NOT NULL
);
CREATE INDEX audit_record ON audit (kind, record_id);
