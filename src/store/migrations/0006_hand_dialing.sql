-- Channels and bandwidth of SIP profiles had no effect, and now have one. A call that an agent has
-- handed to a number occupies a channel until it ends; G.711 takes 80 kbit/s each way.
UPDATE sip_profiles SET channels = 10 WHERE channels = 1;
UPDATE sip_profiles SET channels = 100 WHERE channels > 100;
UPDATE sip_profiles SET bandwidth_kbps = 80 WHERE bandwidth_kbps < 80;
UPDATE sip_profiles SET bandwidth_kbps = 10000 WHERE bandwidth_kbps > 10000;
UPDATE sip_profiles SET dial_pattern = '';
