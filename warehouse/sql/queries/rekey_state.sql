-- What the alarm remembers, with pseudonyms under the new key.
UPDATE alarm_state SET state = $state::JSON WHERE subject_id = $subject_id AND step_at = $step_at
