-- Leads in large numbers: lists in several orders, jobs over many leads, Data Recycle that can be
-- undone, and what a leadset's dashboard counts.

-- One for each order and filter of the list of leads. The last two hold called leads only, so that
-- they cost an import nothing.
CREATE INDEX leads_by_phone ON leads (leadset_id, phone, id);
CREATE INDEX leads_by_last_name ON leads (leadset_id, lower(last_name), id);
CREATE INDEX leads_by_first_name ON leads (leadset_id, lower(first_name), id);
CREATE INDEX leads_by_status ON leads (leadset_id, status, id);
CREATE INDEX leads_by_last_call ON leads (leadset_id, last_called_at, id);
CREATE INDEX leads_by_outcome ON leads (leadset_id, last_outcome, id) WHERE called_count > 0;
CREATE INDEX leads_by_disposition ON leads (leadset_id, last_disposition, id)
  WHERE last_disposition <> '';
-- What Data Recycle counts and brings back, in place of the index that did not know outcomes.
DROP INDEX leads_finished;
CREATE INDEX leads_recyclable ON leads (leadset_id, last_disposition, last_outcome, id)
  WHERE finished = 1 AND dnc = 0;
CREATE INDEX attempts_leadset ON attempts (leadset_id, agent_id, disposition, outcome);

-- Changes to many leads, done in batches. cursor_id: the last lead that was looked at; up_to_id: the
-- newest lead when the job was asked for, later ones are none of its business. undoes_id: the job
-- that an undo takes back; undone: 1 once one has.
CREATE TABLE lead_jobs (
  id @identity@,
  leadset_id BIGINT NOT NULL,
  created_by BIGINT NOT NULL,
  action @text@ NOT NULL,
  state @text@ NOT NULL,
  options @text@ NOT NULL,
  total BIGINT NOT NULL,
  done BIGINT NOT NULL DEFAULT 0,
  skipped BIGINT NOT NULL DEFAULT 0,
  cursor_id BIGINT NOT NULL DEFAULT 0,
  up_to_id BIGINT NOT NULL DEFAULT 0,
  undoes_id BIGINT NOT NULL DEFAULT 0,
  undone BIGINT NOT NULL DEFAULT 0,
  error @text@ NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX lead_jobs_leadset ON lead_jobs (leadset_id, id);
CREATE INDEX lead_jobs_running ON lead_jobs (id) WHERE state = 'running';

-- What a lead was before a job of Data Recycle brought it back.
CREATE TABLE recycled_leads (
  job_id BIGINT NOT NULL REFERENCES lead_jobs (id),
  lead_id BIGINT NOT NULL,
  called_count BIGINT NOT NULL,
  last_called_at BIGINT NOT NULL,
  not_call_until BIGINT NOT NULL,
  callback_due BIGINT NOT NULL,
  callback_agent_id BIGINT NOT NULL,
  PRIMARY KEY (job_id, lead_id)
);
