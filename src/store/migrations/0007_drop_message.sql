-- What is said to customers for whom no agent was free; empty: the house's own message.
ALTER TABLE campaigns ADD COLUMN drop_message @text@ NOT NULL DEFAULT '';
