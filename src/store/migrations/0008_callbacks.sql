-- Agreed call-backs that are still to be made, in the order in which they are due: of everybody, and of
-- one agent.
CREATE INDEX leads_callbacks ON leads (not_call_until, id)
  WHERE callback_due = 1 AND finished = 0 AND dnc = 0;
CREATE INDEX leads_callbacks_agent ON leads (callback_agent_id, not_call_until, id)
  WHERE callback_due = 1 AND finished = 0 AND dnc = 0;
